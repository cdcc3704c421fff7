"use client";
import { type BrowserDescription, readUserAgent } from "@convoy/engine-webgpu/user-agent";
import type { EntryView } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { Icon } from "../frame/icon.tsx";
import { installSteps, needsInstalling, warningSteps } from "./certificate-words.ts";
import { takeTokens } from "./kept-tokens.ts";
import classes from "./secure-way.module.css";
import { secureAddress } from "./use-entry.ts";

type Secure = NonNullable<EntryView["secure"]>;

/**
 * On a page that came over plain http: why it has no GPU, the way to the same page over https, and what the browser will
 * say there, before it says it.
 */
export function SecureWay({ secure }: { secure: Secure }) {
  const [address, setAddress] = useState(secure.origin);
  const [browser, setBrowser] = useState<BrowserDescription>({ name: null, version: 0, system: null });
  useEffect(() => {
    setAddress(secureAddress(secure.origin, takeTokens()));
    setBrowser(readUserAgent(navigator.userAgent, navigator.maxTouchPoints));
  }, [secure.origin]);
  return (
    <section className={classes.way} aria-labelledby="secure-way">
      <h2 id="secure-way" className={classes.title}>
        <Icon name="lock" size={22} />
        To lend the GPU too, go on to the secure page
      </h2>
      <p>
        This page came over plain http, and browsers hide WebGPU from such pages: only the processor could work here.
        The same page over https may use the GPU.
      </p>
      {secure.ownAuthority && <Warning browser={browser} host={new URL(secure.origin).hostname} />}
      <Button component="a" href={address} size="lg" leftSection={<Icon name="lock" size={20} />}>
        Go to the secure page
      </Button>
      {secure.ownAuthority && <Installing browser={browser} />}
    </section>
  );
}

function Warning({ browser, host }: { browser: BrowserDescription; host: string }) {
  return (
    <div className={classes.part}>
      <h3>Your browser will warn you, once</h3>
      <p>
        The computer that hosts this run has made its certificate itself, so nobody outside vouches for it: that is all
        the warning says. Here that is fine, for you know who has invited you, and this page sends nothing but what it
        computes and the name that you give it. Do not go past such a warning where you are asked for a password.
      </p>
      <Steps steps={warningSteps(browser, host)} />
      {needsInstalling(browser) && (
        <p>
          On this {browser.system} that shows the page, but its connection needs the certificate as well: install it as
          described below.
        </p>
      )}
    </div>
  );
}

function Installing({ browser }: { browser: BrowserDescription }) {
  return (
    <details className={classes.part} open={needsInstalling(browser)}>
      <summary>Or have no warning at all: install the certificate</summary>
      <p>
        Worth it on devices of your own that will help again. What you install may vouch for that computer and for
        private networks only, for no site of the web. Remove it in the same place when you are done.
      </p>
      <Steps
        first={
          <>
            Download <a href="/ca.crt">the certificate of its authority</a>.
          </>
        }
        steps={[...installSteps(browser), "Come back to this page: it goes on to the secure one by itself."]}
      />
    </details>
  );
}

function Steps({ first, steps }: { first?: React.ReactNode; steps: readonly string[] }) {
  return (
    <ol className={classes.steps}>
      {first !== undefined && <li>{first}</li>}
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}
