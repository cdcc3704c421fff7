"use client";
import { type CSSVariablesResolver, createTheme, MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";

const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 8, dark: 7 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: { fontWeight: "600" },
  colors: {
    // Cooler and a little deeper than Mantine's own, so that cards stand out without shadows.
    dark: [
      "#e6e8eb",
      "#c9ced6",
      "#a4acb8",
      "#7d8693",
      "#3d444e",
      "#2c323a",
      "#1d2127",
      "#14171b",
      "#0f1215",
      "#0a0c0e",
    ],
  },
});

/** Mantine's greys for secondary text miss the contrast that small text needs; these keep 4.5 : 1 on every surface. */
const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f5f6f8",
    "--mantine-color-text": "#1c2127",
    "--mantine-color-dimmed": "#5a636e",
    "--mantine-color-default-border": "#d9dde3",
    "--mantine-color-error": "#c1272d",
    "--convoy-surface": "#ffffff",
    "--convoy-line": "#e4e7ec",
    "--convoy-track": "#e4e7ec",
    "--convoy-accent": "#3b5bdb",
    "--convoy-good": "#166f35",
    "--convoy-warning": "#9a5b00",
    "--convoy-bad": "#c1272d",
    "--convoy-sending": "#c2570c",
    "--convoy-waiting": "#aab2bd",
    "--convoy-adding": "#0b7a6b",
    "--convoy-grain": "#ffffff66",
  },
  dark: {
    "--mantine-color-dimmed": "#a4acb8",
    "--mantine-color-default-border": "#3d444e",
    "--mantine-color-error": "#ff8f8f",
    "--convoy-surface": "#1d2127",
    "--convoy-line": "#2c323a",
    "--convoy-track": "#2c323a",
    "--convoy-accent": "#8da2fb",
    "--convoy-good": "#63d489",
    "--convoy-warning": "#f2b64f",
    "--convoy-bad": "#ff8f8f",
    "--convoy-sending": "#f0a35e",
    "--convoy-waiting": "#5f6876",
    "--convoy-adding": "#4fd1b5",
    "--convoy-grain": "#14171b66",
  },
});

export function ThemeProvider({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  );
}
