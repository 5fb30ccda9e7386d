import { type Locale, localeOf } from '../locale.ts';
import type { Workspace } from './workspaces.ts';

/** Milliseconds for which somebody's role and language are taken to stay what they are. */
const REMEMBERED = 300_000;
const MOST = 10_000;

export interface PersonFacts {
  readonly locale: Locale;
  /** Whether they are an admin or an owner of the workspace: Slack has no permission to manage a bot. */
  readonly isAdmin: boolean;
}

const UNKNOWN: PersonFacts = { locale: 'en', isAdmin: false };

/** Who people are, as far as answering them needs it. What Slack does not say is taken for no: English, and no admin. */
export class People {
  readonly #asked = new Map<string, { readonly until: number; readonly facts: Promise<PersonFacts> }>();
  /** What is known already, also when it may be out of date. */
  readonly #known = new Map<string, PersonFacts>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** What can be said without asking Slack. */
  known({ team }: Workspace, user: string): PersonFacts {
    return this.#known.get(`${team}/${user}`) ?? UNKNOWN;
  }

  /** Never rejects. */
  of(workspace: Workspace, user: string): Promise<PersonFacts> {
    const key = `${workspace.team}/${user}`;
    const known = this.#asked.get(key);
    if (known && known.until > Date.now()) return known.facts;
    if (this.#asked.size >= MOST) this.#asked.clear();
    if (this.#known.size >= MOST) this.#known.clear();
    const facts = this.#ask(workspace, user).then(
      (found) => {
        this.#known.set(key, found);
        return found;
      },
      (error: unknown) => {
        this.#asked.delete(key);
        this.#onFailure(error);
        return UNKNOWN;
      },
    );
    this.#asked.set(key, { until: Date.now() + REMEMBERED, facts });
    return facts;
  }

  async #ask({ prompt, team }: Workspace, user: string): Promise<PersonFacts> {
    const { user: found } = await prompt.users.info({ user, include_locale: true });
    // A guest of another organisation is nobody's admin here, whatever they are at home. In an organisation of several
    // workspaces people belong to some of them, of which `team_id` names one.
    const teams = found?.enterprise_user?.teams ?? [];
    const isOurs = found?.team_id === undefined || found.team_id === team || teams.includes(team);
    const isAdmin = isOurs && (found?.is_admin === true || found?.is_owner === true);
    return { locale: localeOf((found as { locale?: string } | undefined)?.locale), isAdmin };
  }
}
