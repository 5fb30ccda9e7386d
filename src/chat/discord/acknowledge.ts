import { type APIInteraction, type InteractionResponseType, type REST, Routes } from 'discord.js';
import { isOver } from './api-errors.ts';

/**
 * Acknowledges an interaction, and resolves to the id of the message that it will be answered with; undefined where it
 * was too late: Discord waits 3 seconds.
 */
export async function acknowledge(
  rest: REST,
  { id, token }: APIInteraction,
  type: InteractionResponseType,
  data?: object,
): Promise<string | undefined> {
  const query = new URLSearchParams({ with_response: 'true' });
  const body = { type, ...(data && { data }) };
  try {
    const answer = await rest.post(Routes.interactionCallback(id, token), { body, query, auth: false });
    const { interaction } = (answer ?? {}) as { interaction?: { response_message_id?: string } };
    return interaction?.response_message_id ?? '@original';
  } catch (error) {
    if (isOver(error)) return undefined;
    throw error;
  }
}
