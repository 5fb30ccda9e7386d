import { createCipheriv, createDecipheriv, createHmac, randomBytes, scryptSync } from 'node:crypto';
import type { Installation, InstallationQuery, InstallationStore } from '@slack/oauth';
import type { Library } from '../../library/library.ts';

const KIND = 'installations';
const CIPHER = 'aes-256-gcm';
/** Milliseconds for which a workspace that was found is not looked for again: another process may serve its leaving. */
const REMEMBERED = 30_000;

export type InstallationDocuments = Pick<Library, 'readDocument' | 'writeDocument' | 'deleteDocument'>;

/** What is needed to speak in a workspace. */
export interface FoundInstallation {
  /** The organisation, where it is not the workspace itself that has installed us. */
  readonly enterprise: string | undefined;
  readonly token: string;
  readonly us: string;
  readonly bot: string | undefined;
}

/** As kept: all of it encrypted, base64. */
interface Sealed {
  readonly iv: string;
  readonly tag: string;
  readonly sealed: string;
}

/**
 * The workspaces that have installed us, with their tokens, as documents of the library. Encrypted by AES-256-GCM with a key
 * from FABULIST_SECRET: whoever copies the data folder has no tokens. The name of the document is authenticated too, so that
 * no workspace's tokens can be put in another's place.
 */
export class Installations implements InstallationStore {
  readonly #documents: InstallationDocuments;
  readonly #key: Buffer;
  readonly #onUnreadable: (team: string) => void;
  readonly #found = new Map<string, { readonly until: number; readonly installation: FoundInstallation }>();

  /** onUnreadable: told of an installation that the secret does not open. */
  constructor(documents: InstallationDocuments, secret: string, onUnreadable: (team: string) => void) {
    this.#documents = documents;
    this.#key = scryptSync(secret, 'fabulist: installations on Slack', 32);
    this.#onUnreadable = onUnreadable;
  }

  /** Of a workspace, or of the organisation that it is part of. */
  async find(team: string, enterprise?: string): Promise<FoundInstallation | undefined> {
    const known = this.#found.get(team);
    if (known && known.until > Date.now()) return known.installation;
    const installation = (await this.#read(team)) ?? (enterprise ? await this.#read(enterprise) : undefined);
    const { bot, isEnterpriseInstall } = installation ?? {};
    const { token, userId, id } = bot ?? {};
    if (token === undefined || userId === undefined) {
      this.#found.delete(team);
      return undefined;
    }
    const found = { enterprise: isEnterpriseInstall ? enterprise : undefined, token, us: userId, bot: id };
    this.#found.set(team, { until: Date.now() + REMEMBERED, installation: found });
    return found;
  }

  async storeInstallation(installation: Installation): Promise<void> {
    const name = installation.isEnterpriseInstall ? installation.enterprise?.id : installation.team?.id;
    if (name === undefined) throw new Error('Slack sent an installation of no workspace');
    // Only what is needed to speak is kept: nothing that acts in the name of the person who installed us.
    const { team, enterprise, bot, isEnterpriseInstall, appId } = installation;
    await this.#documents.writeDocument(
      KIND,
      name,
      this.#seal(name, { team, enterprise, bot, isEnterpriseInstall, appId }),
    );
    this.#found.clear();
  }

  /** For Slack's installer. Throws where there is none. */
  async fetchInstallation({ teamId, enterpriseId }: InstallationQuery<boolean>): Promise<Installation> {
    for (const name of [teamId, enterpriseId]) {
      const found = name === undefined ? undefined : await this.#read(name);
      if (found) return found as Installation;
    }
    throw new Error('Not installed');
  }

  async deleteInstallation({ teamId, enterpriseId, isEnterpriseInstall }: InstallationQuery<boolean>): Promise<void> {
    const name = isEnterpriseInstall ? enterpriseId : (teamId ?? enterpriseId);
    if (name !== undefined) await this.#documents.deleteDocument(KIND, name);
    this.#found.clear();
  }

  async #read(name: string): Promise<Partial<Installation> | undefined> {
    const sealed = await this.#documents.readDocument<Sealed>(KIND, name);
    if (!sealed) return undefined;
    try {
      return this.#open(name, sealed);
    } catch {
      this.#onUnreadable(name);
      return undefined;
    }
  }

  #seal(name: string, value: object): Sealed {
    const iv = randomBytes(12);
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    const text = (bytes: Buffer) => bytes.toString('base64');
    return { iv: text(iv), tag: text(cipher.getAuthTag()), sealed: text(sealed) };
  }

  #open(name: string, { iv, tag, sealed }: Sealed): Partial<Installation> {
    const bytes = (text: string) => Buffer.from(text, 'base64');
    const decipher = createDecipheriv(CIPHER, this.#key, bytes(iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(name)).setAuthTag(bytes(tag));
    return JSON.parse(Buffer.concat([decipher.update(bytes(sealed)), decipher.final()]).toString('utf8'));
  }
}

/** The secret that an installation's way to Slack and back is signed with, where none is given. */
export function stateSecretFrom(secret: string): string {
  return createHmac('sha256', secret).update('fabulist: installing on Slack').digest('hex');
}
