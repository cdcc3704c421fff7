"use client";
import { limits } from "@convoy/protocol";
import { Button, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { Banner } from "../frame/banner.tsx";
import { Icon } from "../frame/icon.tsx";
import { describeDevice } from "./device-words.ts";
import classes from "./lend-form.module.css";
import type { LendRequest } from "./lend-request.ts";
import { engineName, gpuRemark } from "./lending-words.ts";
import { rememberedName, rememberName } from "./remembered-name.ts";
import { UnknownEngineBanner } from "./unknown-engine-banner.tsx";

interface LendFormProps {
  /** Null until the page runs in a browser. */
  readonly request: LendRequest | null;
  readonly onStart: (name: string, engine: string | null) => void;
}

/** What lending means, the name under which it happens, and the one button. */
export function LendForm({ request, onStart }: LendFormProps) {
  const [name, setName] = useState("");
  const [device, setDevice] = useState("");
  const [remark, setRemark] = useState<ReturnType<typeof gpuRemark>>(null);
  useEffect(() => {
    if (request === null) return;
    setName(request.name ?? rememberedName());
    setDevice(describeDevice(navigator.userAgent, navigator.maxTouchPoints));
    const { userAgent, maxTouchPoints: touchPoints } = navigator;
    setRemark(gpuRemark({ isSecure: window.isSecureContext, isOffered: "gpu" in navigator, userAgent, touchPoints }));
  }, [request]);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        rememberName(name.trim());
        onStart(name.trim(), request?.engine ?? null);
      }}
    >
      <h1 className={classes.title}>Lend this device</h1>
      <p className={classes.lead}>
        This tab computes a share of the training for as long as it is open. Nothing is installed, nothing else on the
        device is read, and you can pause or stop at any time.
      </p>
      <EngineBanners request={request} remark={remark} />
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
      <Button
        type="submit"
        size="xl"
        fullWidth
        leftSection={<Icon name="play" size={22} />}
        disabled={request === null}
      >
        Lend this device
      </Button>
    </form>
  );
}

function EngineBanners({ request, remark }: { request: LendRequest | null; remark: ReturnType<typeof gpuRemark> }) {
  const engine = request?.engine ?? null;
  return (
    <>
      <UnknownEngineBanner request={request} />
      {engine !== null && (
        <Banner tone="hint" icon="info" title="The address of this page sets the engine">
          <p>{engineName(engine)}; no other will be tried.</p>
        </Banner>
      )}
      {engine === null && remark !== null && (
        <Banner tone="hint" icon="info" title="No GPU for this page">
          <p>{remark.sentence}</p>
        </Banner>
      )}
    </>
  );
}
