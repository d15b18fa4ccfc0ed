// One press records once, and is never said to have done more or less than it did.

import { ask, ask_until_known, is_lost, Refusal } from "./page.js";

/**
 * Records a session: keeps what stands in the form, asks whether it is to be, and sends it once. Where a failure does not say
 * what became of it, the server is asked by the id of the press until it knows.
 *   said(): what stands in the form; throws a Refusal with `field` where something there is wrong
 *   is_sure(): whether it is to be recorded as it stands; sends(): it goes off now; waits(): nobody knows yet what became of it
 * Gives `state`: recorded (with `page`), dropped, unsure, open (not recorded, and not to be by this press; with `error`), or
 * unknown (with `error`: why the server does not say).
 */
export async function record(api, version, { said, is_sure, sends, waits }) {
  const id = crypto.randomUUID();
  let is_sent = false;
  try {
    const words = said();
    await ask("PUT", `${api}/said`, words);
    if (!(await is_sure())) return { state: "unsure" };
    sends();
    is_sent = true;
    const { page } = await ask("POST", `${api}/record`, { ...words, version, id });
    return { state: "recorded", page };
  } catch (error) {
    if (error.field || (is_sent ? !is_lost(error) : !(error instanceof Refusal))) return { state: "open", error };
    if (is_lost(error)) waits();
    try {
      return { error, ...(await ask_until_known(`${api}/record/asked`, { id })) };
    } catch (refusal) {
      return { state: "unknown", error: refusal };
    }
  }
}
