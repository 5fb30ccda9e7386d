import { createRequire } from 'node:module';
import { renderAsync } from '@resvg/resvg-js';

const require = createRequire(import.meta.url);
/** The machine's own fonts are not looked at: pictures are the same everywhere, and a server has often none. */
const FONTS = [
  require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  require.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
];

/** An SVG as PNG, drawn beside the event loop. scale: pixels for each of the SVG's; three are sharp on a phone. */
export async function pngOf(svg: string, scale = 3): Promise<Uint8Array> {
  const rendered = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: FONTS,
      defaultFontFamily: 'Inter',
    },
  });
  return rendered.asPng();
}
