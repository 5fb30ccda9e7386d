/** What a command does, and what its options take: lines of at most 100 characters, which is what Discord takes. */
interface CommandText {
  readonly does: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface CommandTexts {
  readonly story: CommandText;
  readonly train: CommandText;
  readonly accuracy: CommandText;
  readonly corpora: CommandText;
  readonly forget: CommandText;
  readonly cancel: CommandText;
  readonly help: CommandText;
  readonly choices: Readonly<Record<string, string>>;
}
