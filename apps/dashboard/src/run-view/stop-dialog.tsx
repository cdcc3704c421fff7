import { Button, Group, Modal, Text } from "@mantine/core";

interface StopDialogProps {
  readonly opened: boolean;
  readonly onCancel: () => void;
  readonly onStop: () => void;
}

/** Asks before what cannot be undone from here. */
export function StopDialog({ opened, onCancel, onStop }: StopDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onCancel}
      title="Stop this run?"
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Text size="sm">
        The workers get nothing more to do. What was trained so far is saved, but only whoever starts the coordinator
        can let a stopped run go on, with --resume. To interrupt the run for a while, pause it instead.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onCancel} data-autofocus>
          Keep it going
        </Button>
        <Button color="red.8" onClick={onStop}>
          Stop the run
        </Button>
      </Group>
    </Modal>
  );
}
