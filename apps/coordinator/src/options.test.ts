import { isAbsolute, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readOptions } from "./options.ts";

/** Whatever the machine that runs the tests has set. */
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("CONVOY_")) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What is written to the terminal, and the exit code, when the options end the program. */
function ended(...args: string[]): { code: unknown; text: string } {
  let text = "";
  const write = (chunk: unknown) => {
    text += chunk;
    return true;
  };
  vi.spyOn(process.stderr, "write").mockImplementation(write);
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  class Ended extends Error {}
  const exit = vi.spyOn(process, "exit").mockImplementation(() => {
    throw new Ended();
  });
  expect(() => readOptions(args)).toThrow(Ended);
  return { code: exit.mock.calls[0]?.[0], text };
}

describe("options", () => {
  test("have defaults that let only this machine in", () => {
    expect(readOptions([])).toEqual({
      exact: false,
      new: false,
      set: [],
      checkpointSeconds: 10,
      dataDir: resolve(".convoy"),
      host: "127.0.0.1",
      port: 4300,
      localWorkers: 0,
      https: false,
    });
  });

  test("come from the arguments", () => {
    const args =
      "--recipe r --epochs 2 --seed 0 --local-workers 3 --dataset built-in-digits --dataset-dir d --train-samples 640 --test-samples 100 --data-dir x --port 0 --host 0.0.0.0 --exact --resume 1 --checkpoint-seconds 5 --host-name Lab.school.example --cert c --key k";
    expect(readOptions(args.split(" "))).toEqual({
      recipe: "r",
      set: [],
      epochs: 2,
      seed: 0,
      localWorkers: 3,
      dataset: "built-in-digits",
      datasetDir: "d",
      trainSamples: 640,
      testSamples: 100,
      dataDir: resolve("x"),
      port: 0,
      host: "0.0.0.0",
      exact: true,
      new: false,
      resume: "1",
      checkpointSeconds: 5,
      hostName: "lab.school.example",
      https: true,
      cert: "c",
      key: "k",
    });
  });

  test("say how workers learn, where that does not contradict itself", () => {
    const local = readOptions(["--strategy", "local", "--local-steps", "16"]);
    expect(local).toMatchObject({ strategy: "local", localSteps: 16, exact: false });
    expect(readOptions(["--local-steps", "16"]).localSteps).toBe(16);
    expect(ended("--strategy", "local", "--exact")).toMatchObject({
      code: 1,
      text: expect.stringMatching(/--exact needs --strategy sync/),
    });
    for (const contradiction of [["--exact"], ["--strategy", "sync"]]) {
      const text = expect.stringMatching(/--local-steps is for --strategy local/);
      expect(ended("--local-steps", "16", ...contradiction)).toMatchObject({ code: 1, text });
    }
    expect(ended("--local-steps", "1025").text).toContain("whole number from 1 to 1024");
  });

  test("[D4] of an exact run leave no codec but fp32", () => {
    for (const codec of ["fp16", "int8", "top-k"])
      expect(ended("--exact", "--codec", codec).text).toMatch(/--exact needs --codec fp32/);
    expect(readOptions(["--exact", "--codec", "fp32"]).codec).toBe("fp32");
  });

  test("may be a list of changes", () => {
    const args = ["--set", "activation=tanh", "--set", "epochs=2, dropout=0.5"];
    expect(readOptions(args).set).toEqual(["activation=tanh", "epochs=2", "dropout=0.5"]);
    vi.stubEnv("CONVOY_SET", "pooling=min,epochs=3");
    expect(readOptions([]).set).toEqual(["pooling=min", "epochs=3"]);
    expect(readOptions(args).set).toEqual(["activation=tanh", "epochs=2", "dropout=0.5"]);
  });

  test("do not change a run that goes on", () => {
    expect(ended("--resume", "1", "--set", "epochs=2").text).toContain("--set");
  });

  test("come from the environment where the arguments say nothing", () => {
    vi.stubEnv("CONVOY_PORT", "4301");
    vi.stubEnv("CONVOY_DATASET_DIR", "/mnist");
    vi.stubEnv("CONVOY_EPOCHS", "7");
    vi.stubEnv("CONVOY_LOCAL_WORKERS", "2");
    const options = readOptions(["--epochs", "3"]);
    expect(options).toMatchObject({ port: 4301, datasetDir: "/mnist", epochs: 3, localWorkers: 2 });
  });

  test.each([
    [undefined, false],
    ["", false],
    ["0", false],
    ["no", false],
    ["1", true],
    ["yes", true],
    ["False", false],
    ["off", false],
  ])("take https from the environment: %j means %s", (value, https) => {
    vi.stubEnv("CONVOY_HTTPS", value);
    expect(readOptions([]).https).toBe(https);
    expect(readOptions(["--https"]).https).toBe(true);
  });

  test.each(["--cert", "--key"])("refuse %s without its other half", (option) => {
    const { code, text } = ended(option, "file.pem");
    expect(code).toBe(1);
    expect(text).toContain("--cert and --key belong together");
  });

  test.each(["192.168.1.5", "a b", "http://lab", "lab:4300", "-lab", "x".repeat(254), ""])(
    "refuse the host name %j in a sentence",
    (name) => expect(ended(`--host-name=${name}`).text).toContain("It must be a name such as lab-pc-3.school.example."),
  );

  test("make the data folder absolute", () => {
    vi.stubEnv("CONVOY_DATA_DIR", "some/where");
    expect(isAbsolute(readOptions([]).dataDir)).toBe(true);
  });

  test.each([
    ["--port", "65536", "from 0 to 65535"],
    ["--port", "80.5", "from 0 to 65535"],
    ["--port", "http", "from 0 to 65535"],
    ["--port", "", "from 0 to 65535"],
    ["--port", "0x10", "from 0 to 65535"],
    ["--port", "1e3", "from 0 to 65535"],
    ["--port", " 80", "from 0 to 65535"],
    ["--seed", "9007199254740992", "from 0 to 9007199254740991"],
    ["--epochs", "0", "from 1 to 100000"],
    ["--seed", "-1", "from 0 to 9007199254740991"],
    ["--seed", "NaN", "from 0 to 9007199254740991"],
    ["--local-workers", "65", "from 0 to 64"],
    ["--checkpoint-seconds", "0", "from 1 to 86400"],
  ])("refuse %s %j in a sentence that names the option", (option, value, range) => {
    const { code, text } = ended(`${option}=${value}`);
    expect(code).toBe(1);
    expect(text).toContain(option);
    expect(text).toContain(`It must be a whole number ${range}.`);
  });

  test.each(["--host", "--data-dir", "--dataset-dir", "--resume", "--cert", "--key", "--from", "--export"])(
    "refuse an empty %s",
    (option) => {
      const { code, text } = ended(option, "");
      expect(code).toBe(1);
      expect(text).toContain(option);
      expect(text).toContain("It must not be empty.");
    },
  );

  test("name a file to start from and one to end with", () => {
    expect(readOptions(["--from", "a.safetensors", "--export", "b.onnx"])).toMatchObject({
      from: "a.safetensors",
      export: "b.onnx",
    });
    expect(ended("--from", "a.safetensors", "--resume", "1").text).toContain(
      "cannot be used with option '--resume <run>'",
    );
  });

  test("refuse to begin a run and to go on with another at once", () => {
    expect(ended("--new", "--resume", "1").text).toContain("'--resume <run>' cannot be used with option '--new'");
  });

  test("count an empty variable of the environment as unset", () => {
    const unset = readOptions([]);
    for (const name of [
      "RECIPE",
      "EPOCHS",
      "SEED",
      "LOCAL_WORKERS",
      "DATASET",
      "DATASET_DIR",
      "DATA_DIR",
      "PORT",
      "HOST",
      "HOST_NAME",
      "HTTPS",
      "CERT",
      "KEY",
    ]) {
      vi.stubEnv(`CONVOY_${name}`, "");
    }
    expect(readOptions([])).toEqual(unset);
  });

  test("refuse a bad value of the environment by the variable's name", () => {
    vi.stubEnv("CONVOY_SEED", "tomorrow");
    const { code, text } = ended();
    expect(code).toBe(1);
    expect(text).toContain("CONVOY_SEED");
    expect(text).toContain("It must be a whole number");
  });

  test("refuse what they do not know", () => {
    expect(ended("--prot", "4300").text).toMatch(/unknown option '--prot'\n\(Did you mean --port\?\)/);
    expect(ended("--dataset", "cats").text).toContain("Allowed choices are built-in-digits.");
    expect(ended("extra").code).toBe(1);
  });

  test("are explained by --help, every one", () => {
    const { code, text } = ended("--help");
    expect(code).toBe(0);
    const names = ["recipe", "epochs", "seed", "local-workers", "dataset", "dataset-dir", "data-dir", "port", "host"];
    for (const name of [...names, "host-name", "cert", "key"]) expect(text).toContain(`--${name} <`);
    for (const flag of ["--https ", "CONVOY_HTTPS", "--exact ", "CONVOY_EXACT"]) expect(text).toContain(flag);
    expect(text).toContain("CONVOY_DATASET_DIR");
    expect(text).toContain("lenet5-mnist");
    const examples = text.slice(text.indexOf("Examples:")).trim().split("\n").slice(1);
    expect(new Set(examples.map((line) => line.search(/(?<= {3})\S/)))).toEqual(new Set([50]));
  });
});
