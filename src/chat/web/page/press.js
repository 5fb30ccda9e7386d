import { send } from './server.js';
import { say, update } from './state.js';

/** Presses a button of an entry. @param {number} entry @param {string} action @param {string} target */
export async function press(entry, action, target) {
  try {
    await send('/api/press', { entry, action, target });
  } catch {
    update({ notice: say('failed') });
  }
}
