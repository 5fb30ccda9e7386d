import { randomBytes } from 'node:crypto';
import type { Library } from '../../library/library.ts';
import type { Locale } from '../locale.ts';

type Documents = Pick<Library, 'readDocument' | 'writeDocument'>;

/** In which language the page was read last: announcements are written in it, also after a restart. */
export class Remembered {
  readonly #documents: Documents;
  readonly #key: string;
  #locale: Locale = 'en';

  constructor(documents: Documents, { server, channel }: { server: string; channel: string }) {
    this.#documents = documents;
    this.#key = `language of ${server} ${channel}`;
  }

  get locale(): Locale {
    return this.#locale;
  }

  async load(): Promise<void> {
    const kept = await this.#documents.readDocument<{ locale: Locale }>('settings', this.#key);
    if (kept?.locale === 'de') this.#locale = 'de';
  }

  note(locale: Locale): void {
    if (locale === this.#locale) return;
    this.#locale = locale;
    // A language that is not kept is asked of the browser again.
    this.#documents.writeDocument('settings', this.#key, { locale }).catch(() => undefined);
  }
}

/** A random text that is this installation's own, the same at every start. */
export async function installationSalt(documents: Documents): Promise<string> {
  const key = 'salt of the page';
  const kept = await documents.readDocument<{ salt: string }>('settings', key);
  if (kept?.salt) return kept.salt;
  const salt = randomBytes(16).toString('base64url');
  await documents.writeDocument('settings', key, { salt });
  return salt;
}
