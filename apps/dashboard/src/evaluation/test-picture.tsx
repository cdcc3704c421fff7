"use client";
import type { TestSetView } from "@convoy/protocol";
import { useEffect, useRef, useState } from "react";
import { coordinatorUrl } from "../connection/coordinator-url.ts";
import classes from "./test-picture.module.css";
import { opaquePixels } from "./test-picture-pixels.ts";

interface TestPictureProps {
  readonly run: string;
  /** Its position in the test set. */
  readonly sample: number;
  readonly shape: TestSetView["sampleShape"];
  /** What opens the run to this page. */
  readonly token: string | null;
  /** What it shows, for those who cannot see it. */
  readonly description: string;
}

/** A sample of the test set, as the dataset has it. */
export function TestPicture({ run, sample, shape, token, description }: TestPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isMissing, setIsMissing] = useState(false);
  const [height, width, channels] = shape;
  useEffect(() => {
    const leaving = new AbortController();
    fetchPixels(run, sample, token, leaving.signal)
      .then((bytes) => {
        if (bytes.length !== height * width * channels) throw new Error("the picture has another size");
        canvas.current
          ?.getContext("2d")
          ?.putImageData(new ImageData(opaquePixels(bytes, channels), width, height), 0, 0);
        setIsMissing(false);
      })
      .catch(() => {
        if (!leaving.signal.aborted) setIsMissing(true);
      });
    return () => leaving.abort();
  }, [run, sample, token, height, width, channels]);
  return (
    <span className={classes.frame}>
      <canvas
        ref={canvas}
        width={width}
        height={height}
        className={classes.picture}
        role="img"
        aria-label={description}
      />
      {isMissing && <span className={classes.missing}>not loaded</span>}
    </span>
  );
}

async function fetchPixels(
  run: string,
  sample: number,
  token: string | null,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${coordinatorUrl()}/api/run/test-samples/${run}/${sample}`, { headers, signal });
  if (!answer.ok) throw new Error(`the coordinator answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
