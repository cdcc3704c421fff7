import { Text, Title } from "@mantine/core";
import { PageFrame } from "../frame/page-frame.tsx";

export default function NotFound() {
  return (
    <PageFrame current={null}>
      <Title order={1}>There is no such page</Title>
      <Text>
        <a href="/">The run</a> and <a href="/worker/">lending this device</a> are all there is.
      </Text>
    </PageFrame>
  );
}
