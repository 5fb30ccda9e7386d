import type { webApi } from '@slack/bolt';

/** What Slack takes as the description of a picture. */
const LONGEST_ALT = 1_000;

/** A picture or an archive on its way to Slack. */
export interface SharedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Says what a picture shows. Slack leaves other files that have one out of their channel, without an error. */
  readonly alt?: string;
  /** Said above the file; escaped. */
  readonly comment?: string;
}

/**
 * Uploads a file into a channel or a thread, in Slack's three steps. Not by the client's own `uploadV2`, which sends the
 * description under a name that Slack does not read, and our token along with the bytes. Throws what Slack refuses.
 */
export async function sendFile(
  client: webApi.WebClient,
  { name, bytes, alt, comment }: SharedFile,
  channel: string,
  thread: string | undefined,
): Promise<void> {
  const described = alt && { alt_txt: alt.slice(0, LONGEST_ALT), alt_text: alt.slice(0, LONGEST_ALT) };
  const place = await client.files.getUploadURLExternal({ filename: name, length: bytes.byteLength, ...described });
  const { upload_url, file_id } = place;
  if (!upload_url || !file_id) throw new Error('Slack named no place for an upload');
  const response = await fetch(upload_url, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/octet-stream' },
    redirect: 'error',
    signal: AbortSignal.timeout(60_000),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`Slack answered an upload with ${response.status}`);
  const shared = { files: [{ id: file_id, title: name }] as [{ id: string; title: string }], channel_id: channel };
  const said = comment === undefined ? {} : { initial_comment: comment };
  await client.files.completeUploadExternal(
    thread === undefined ? { ...shared, ...said } : { ...shared, ...said, thread_ts: thread },
  );
}
