"use client";
import type { MissingWebgpu } from "@convoy/engine-webgpu/missing-webgpu";
import { type EntryView, limits } from "@convoy/protocol";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { SecureWay } from "../entry/secure-way.tsx";
import { Banner } from "../frame/banner.tsx";
import { Icon } from "../frame/icon.tsx";
import { describeDevice } from "./device-words.ts";
import classes from "./lend-form.module.css";
import type { LendRequest } from "./lend-request.ts";
import { engineName, gpuRemark } from "./lending-words.ts";
import { threadsOfProcessor, usualThreads } from "./processor-threads.ts";
import type { RememberedLending } from "./remembered-lending.ts";
import { rememberedName, rememberName } from "./remembered-name.ts";
import { UnknownEngineBanner } from "./unknown-engine-banner.tsx";

interface LendFormProps {
  /** Null until the page runs in a browser. */
  readonly request: LendRequest | null;
  /** The same page over https; null where there is none. */
  readonly secure: EntryView["secure"];
  readonly onStart: (lending: Omit<RememberedLending, "paused">) => void;
}

/** What lending means, the name under which it happens, and the one button. */
export function LendForm({ request, secure, onStart }: LendFormProps) {
  const [name, setName] = useState("");
  const [device, setDevice] = useState("");
  const [threads, setThreads] = useState(1);
  const [mostThreads, setMostThreads] = useState(1);
  const [remark, setRemark] = useState<MissingWebgpu | null>(null);
  useEffect(() => {
    if (request === null) return;
    setName(request.name ?? rememberedName());
    setThreads(request.threads ?? usualThreads());
    setMostThreads(Math.max(threadsOfProcessor(), request.threads ?? 1));
    setDevice(describeDevice(navigator.userAgent, navigator.maxTouchPoints));
    const { userAgent, maxTouchPoints: touchPoints } = navigator;
    setRemark(gpuRemark({ isSecure: window.isSecureContext, isOffered: "gpu" in navigator, userAgent, touchPoints }));
  }, [request]);
  // Another page is better for this device: staying is the second choice.
  const leadsOn = remark?.cause === "insecure" && secure !== null && (request?.engine ?? null) === null;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        rememberName(name.trim());
        onStart({ name: name.trim(), engine: request?.engine ?? null, threads });
      }}
    >
      <h1 className={classes.title}>Lend this device</h1>
      <p className={classes.lead}>
        This tab computes a share of the training for as long as it is open. Nothing is installed, nothing else on the
        device is read, and you can pause or stop at any time.
      </p>
      <EngineBanners request={request} remark={remark} secure={secure} />
      <TextInput
        label="Name of this device"
        description="Shown to everyone who watches the run"
        placeholder={device}
        value={name}
        maxLength={limits.nameLength}
        size="md"
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {mostThreads > 1 && (
        <NativeSelect
          label="Processor cores it may use"
          description="Where no GPU does the work"
          size="md"
          value={threads}
          data={Array.from({ length: mostThreads }, (_, i) => String(i + 1))}
          onChange={(event) => setThreads(Number(event.currentTarget.value))}
        />
      )}
      <Button
        type="submit"
        size="xl"
        fullWidth
        classNames={{ root: classes.lend, label: classes.lendLabel }}
        variant={leadsOn ? "default" : "filled"}
        leftSection={<Icon name="play" size={22} />}
        disabled={request === null}
      >
        {leadsOn ? "Lend it here, without its GPU" : "Lend this device"}
      </Button>
    </form>
  );
}

interface EngineBannersProps extends Pick<LendFormProps, "request" | "secure"> {
  readonly remark: MissingWebgpu | null;
}

function EngineBanners({ request, remark, secure }: EngineBannersProps) {
  const engine = request?.engine ?? null;
  return (
    <>
      <UnknownEngineBanner request={request} />
      {engine !== null && (
        <Banner tone="hint" icon="info" title="The address of this page sets the engine">
          <p>{engineName(engine)}; no other will be tried.</p>
        </Banner>
      )}
      {engine === null && remark !== null && <MissingGpu remark={remark} secure={secure} />}
    </>
  );
}

interface MissingGpuProps extends Pick<LendFormProps, "secure"> {
  readonly remark: MissingWebgpu;
}

/** Why this page has no GPU, with the way to one where the coordinator has it. */
function MissingGpu({ remark, secure }: MissingGpuProps) {
  if (remark.cause === "insecure" && secure !== null) return <SecureWay secure={secure} />;
  return (
    <Banner tone="hint" icon="info" title="No GPU for this page">
      <p>{remark.sentence}</p>
      {remark.cause === "insecure" && (
        <p>
          This coordinator offers no https yet: its host gets it with <code>npm start -- --host 0.0.0.0 --https</code>.
        </p>
      )}
    </Banner>
  );
}
