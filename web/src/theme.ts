import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The accent colour: a dark sea green, which is not the colour of any source state. */
const sea: MantineColorsTuple = [
  "#e8f6f7", "#d3e9eb", "#a6d2d6", "#76bac0", "#50a6ae",
  "#389aa3", "#27878f", "#156f77", "#0c5c63", "#00484f",
];

export const theme = createTheme({
  colors: { sea },
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 7 },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  defaultRadius: "md",
  respectReducedMotion: true,
  components: {
    Text: { defaultProps: { size: "sm" } },
  },
});
