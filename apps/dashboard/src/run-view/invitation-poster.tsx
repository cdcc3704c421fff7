import { Modal } from "@mantine/core";
import type { CSSProperties } from "react";
import { typedAddress } from "../entry/invitation-links.ts";
import { QrCode } from "../entry/qr-code.tsx";
import classes from "./invitation-poster.module.css";

interface InvitationPosterProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly link: string;
  readonly code: string | null;
}

/** The invitation over the whole screen, for a projector: to be scanned or typed from the last row. */
export function InvitationPoster({ opened, onClose, link, code }: InvitationPosterProps) {
  const address = typedAddress(link);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Lend a device to this run"
      fullScreen
      classNames={{ body: classes.body ?? "", content: classes.content ?? "" }}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.code}>
        <QrCode content={link} label="QR code of the link to the worker page" />
      </div>
      <div className={classes.text} style={{ "--letters": address.length } as CSSProperties}>
        <p className={classes.label}>Scan the code, or open</p>
        <p className={classes.address}>{address}</p>
        {code !== null && (
          <>
            <p className={classes.label}>and type</p>
            <p className={classes.address}>{code}</p>
          </>
        )}
      </div>
    </Modal>
  );
}
