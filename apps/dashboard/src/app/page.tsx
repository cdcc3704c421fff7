import { RunPage } from "../run-view/run-page.tsx";

export default function Page() {
  return <RunPage />;
}
