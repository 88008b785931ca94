// Calls of webhooks, and sending webhooks again, which is asked for twice.

import { h, table, badge, say } from './dom.js';
import { ask } from './api.js';
import { load } from './load.js';
import { count, lasting, plain, tone, when } from './words.js';

// attempts shows calls, the newest first.
export function attempts(view, place, filter, name) {
  return load(view, place, () => ask('/v4/attempts', { query: { ...filter, limit: 25 }, signal: view.signal }), (page) => {
    const all = table(name, [
      { name: 'When', cell: (a) => when(a.started_at) }, { name: 'Outcome', cell: (a) => badge(a.outcome, tone(a.outcome)) },
      { name: 'Answer', cell: (a) => (a.status_code || plain(a.reason)) }, { name: 'Took', number: true, cell: (a) => lasting(a.total_us / 1e6) },
      { name: 'Attempt', number: true, cell: (a) => count(a.attempt) }, { name: 'Type', cell: (a) => a.type },
      { name: 'Parcel', cell: (a) => a.tracking_number && h('a', { href: `#/parcels/${encodeURIComponent(a.carrier)}/${encodeURIComponent(a.tracking_number)}` }, a.tracking_number) },
      { name: 'It said', cell: (a) => a.response && h('code', { class: 'short' }, a.response) }, { name: 'Next try', cell: (a) => when(a.next_attempt_at) },
    ], page.attempts, 'No call yet. One is here a moment after it was made.');
    say(`${name}: ${page.attempts.length}`);
    return [h('h3', null, name), all.node, page.has_more ? h('p', { class: 'quiet' }, 'The newest 25.') : ''];
  });
}

// sendAgain asks how many there are that go to an endpoint, says what would be sent where, and sends when
// that is confirmed.
export async function sendAgain(view, choice, what, endpoint) {
  const said = h('p', { role: 'status' }, 'Counting …');
  const yes = h('button', { type: 'button', class: 'main', hidden: true }, 'Send again');
  const no = h('button', { type: 'button' }, 'Cancel');
  const box = h('dialog', { 'aria-labelledby': 'again' }, h('h2', { id: 'again' }, `Send ${what} again?`), said, h('div', { class: 'buttons' }, yes, no));
  const leaving = new AbortController();
  const signal = AbortSignal.any([view.signal, leaving.signal]);
  no.addEventListener('click', () => box.close());
  box.addEventListener('close', () => { leaving.abort(); box.remove(); });
  view.signal.addEventListener('abort', () => box.close());
  document.body.append(box);
  box.showModal();
  const failed = (fault) => {
    if (signal.aborted) return;
    said.textContent = fault.message;
    said.className = 'problem';
    yes.hidden = true;
    no.textContent = 'Close';
  };
  try {
    const [{ found }, { url: where }] = await Promise.all([
      ask('/v4/redeliveries', { method: 'POST', body: { ...choice, dry_run: true }, signal }), ask(`/v4/endpoints/${encodeURIComponent(endpoint)}`, { signal }),
    ]);
    if (found === 0) {
      said.textContent = 'There is nothing to send. What was made a moment ago takes a second to be known here.';
      no.textContent = 'Close';
      return;
    }
    said.textContent = `${found === 1 ? 'One webhook goes' : `${count(found)} webhooks go`} to ${where} again, with the same ids and bytes: a receiver that checks ids knows what it has.`;
    yes.hidden = false;
    yes.focus();
  } catch (fault) { failed(fault); return; }
  yes.addEventListener('click', async () => {
    yes.disabled = true;
    let sent = 0;
    try {
      for (let after = null; ;) {
        said.textContent = sent ? `Sending; ${count(sent)} so far …` : 'Sending …';
        const done = await ask('/v4/redeliveries', { method: 'POST', body: after ? { ...choice, after } : choice, signal });
        sent += done.sent;
        if (!done.next) {
          said.textContent = `${sent === 1 ? 'One webhook is' : `${count(sent)} webhooks are`} under way.${done.gone.length ? ` The endpoints ${done.gone.join(', ')} are no longer there; nothing was sent to them.` : ''} The attempts tell how they get on.`;
          break;
        }
        after = done.next;
      }
      yes.hidden = true;
      no.textContent = 'Close';
      no.focus();
    } catch (fault) { failed(fault); }
  });
}
