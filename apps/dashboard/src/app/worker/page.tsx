import type { Metadata } from "next";
import { LendPage } from "../../lend/lend-page.tsx";

export const metadata: Metadata = { title: "Lend this device · Convoy" };

export default function Page() {
  return <LendPage />;
}
