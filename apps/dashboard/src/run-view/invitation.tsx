"use client";
import type { EntryView } from "@convoy/protocol";
import { Button, NativeSelect } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { coordinatorUrl } from "../connection/coordinator-url.ts";
import { invitationLinks, typedAddress } from "../entry/invitation-links.ts";
import { QrCode } from "../entry/qr-code.tsx";
import { Icon } from "../frame/icon.tsx";
import classes from "./invitation.module.css";
import { InvitationPoster } from "./invitation-poster.tsx";
import { LinkField } from "./link-field.tsx";

/** How one more device becomes a worker: a link to send, a code to scan, an address to type. */
export function Invitation({ entry }: { entry: EntryView | null }) {
  const { links, code, remark } = invitationLinks(entry, new URL(coordinatorUrl()));
  const [chosen, setChosen] = useState(links[0]);
  const [isLarge, poster] = useDisclosure(false);
  // An address that is gone, since the machine has changed its network, is not offered any more.
  const link = links.find((each) => each === chosen) ?? (links[0] as string);
  return (
    <section className={classes.invitation} aria-label="Invitation">
      <div className={classes.code}>
        <QrCode content={link} label="QR code of the link to the worker page" />
      </div>
      <div className={classes.text}>
        <LinkField label="Invite a device with this link" link={link}>
          <Button variant="default" leftSection={<Icon name="enlarge" />} onClick={poster.open}>
            Show large
          </Button>
        </LinkField>
        <p className={classes.typed}>
          Or type <code>{typedAddress(link)}</code>
          {code !== null && (
            <>
              {" "}
              and the code <code>{code}</code>
            </>
          )}
        </p>
        {links.length > 1 && (
          <NativeSelect
            label="Does nobody get there? This computer has other addresses"
            value={link}
            data={links.map((each) => ({ value: each, label: typedAddress(each) }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
            className={classes.addresses}
          />
        )}
        {remark !== null && <Remark sentence={remark} />}
      </div>
      <InvitationPoster opened={isLarge} onClose={poster.close} link={link} code={code} />
    </section>
  );
}

function Remark({ sentence }: { sentence: string }) {
  const [before, typed, after] = sentence.split("`");
  return (
    <p className={classes.remark}>
      {before}
      {typed !== undefined && <code>{typed}</code>}
      {after}
    </p>
  );
}
