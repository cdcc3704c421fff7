/** Colours of what is drawn on a canvas, which cannot read CSS variables. */
export interface ChartColors {
  readonly text: string;
  readonly grid: string;
  readonly loss: string;
  readonly lossFaint: string;
  readonly lossBand: string;
  readonly accuracy: string;
  readonly trainingAccuracy: string;
  readonly published: string;
}

export const chartColors: { readonly [scheme in "light" | "dark"]: ChartColors } = {
  light: {
    text: "#5a636e",
    grid: "#e9ebef",
    loss: "#3b5bdb",
    lossFaint: "#3b5bdb40",
    lossBand: "#3b5bdb1f",
    accuracy: "#0b7a6b",
    trainingAccuracy: "#7a8490",
    published: "#9a5b00",
  },
  dark: {
    text: "#a4acb8",
    grid: "#2a2f37",
    loss: "#8da2fb",
    lossFaint: "#8da2fb47",
    lossBand: "#8da2fb24",
    accuracy: "#4fd1b5",
    trainingAccuracy: "#929ba8",
    published: "#f2b64f",
  },
};
