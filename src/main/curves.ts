import type { ChatHandlerOptions } from '../chat/chat-handler.ts';
import type { Library } from '../library/library.ts';

/** Draws learning curves for a chat; the drawing is loaded with the first. */
export function curvesOf(library: Library, theme: 'light' | 'dark'): NonNullable<ChatHandlerOptions['curve']> {
  return async (corpus, version, locale) => {
    const { curvePicture } = await import('../chat/pictures/curve-picture.ts');
    return curvePicture(library, corpus, version, locale, theme);
  };
}
