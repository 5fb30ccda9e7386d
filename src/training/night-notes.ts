import type { CorpusRef, Library } from '../library/library.ts';

type Documents = Pick<Library, 'readDocument' | 'writeDocument' | 'deleteDocument'>;

/** What the last nightly run that touched a corpus did with it, for whoever looks later than the morning report. */
export interface NightNote {
  /** ISO 8601. */
  readonly at: string;
  readonly storiesRead: number;
  /** Ids of the versions that told before and that was learned; null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
  readonly problem: string | null;
}

export async function noteNight(documents: Documents, corpus: CorpusRef, note: NightNote): Promise<void> {
  await documents.writeDocument('nightly', keyOf(corpus), note);
}

export async function lastNight(documents: Documents, corpus: CorpusRef): Promise<NightNote | undefined> {
  return documents.readDocument<NightNote>('nightly', keyOf(corpus));
}

export async function forgetNight(documents: Documents, corpus: CorpusRef): Promise<void> {
  await documents.deleteDocument('nightly', keyOf(corpus));
}

function keyOf({ server, name }: CorpusRef): string {
  return `done with ${server} ${name}`;
}
