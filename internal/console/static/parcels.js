// Parcels: find them, and everything about one.

import { h, table, facts, field, select, badge, say } from './dom.js';
import { ask, parcel, session } from './api.js';
import { load, section } from './load.js';
import { attempts, sendAgain } from './webhooks.js';
import { count, many, plain, tone, when } from './words.js';

const SHOW = [
  ['', 'All'], ['unacknowledged=true', 'Exceptions nobody took in hand'], ['exception=true', 'Open exceptions'], ['delayed=true', 'Delayed'],
  ['at_risk=true', 'At risk'], ['late=true', 'Came late'],
];

export function parcels(view, room) {
  const text = h('input', { type: 'search', name: 'q', value: view.query.get('q') ?? '', autocomplete: 'off', spellcheck: 'false' });
  const which = select(SHOW, view.query.get('show') ?? '', { name: 'show' });
  const found = h('div');
  const find = (event) => {
    event?.preventDefault();
    const query = { q: text.value.trim(), ...Object.fromEntries(new URLSearchParams(which.value)), limit: 25, sort: '-updated_at' };
    view.go({ q: query.q, show: which.value });
    load(view, found, () => ask('/v4/trackings', { query, signal: view.signal }), (page) => list(view, query, page));
  };
  which.addEventListener('change', find);
  room.replaceChildren(h('form', { class: 'controls', role: 'search', onsubmit: find },
    field('Tracking number or reference', text), field('Show', which), h('button', { type: 'submit', class: 'main' }, 'Find')), found);
  find();
}

function list(view, query, page) {
  let rows = page.trackings;
  const all = table('Parcels', [
    { name: 'Number', cell: (r) => h('a', { href: `#/parcels/${encodeURIComponent(r.carrier)}/${encodeURIComponent(r.tracking_number)}` }, r.tracking_number) },
    { name: 'Carrier', cell: (r) => r.carrier }, { name: 'Status', cell: (r) => badge(plain(r.status || r.state), tone(r.status || r.state)) },
    { name: 'Reference', cell: (r) => r.reference },
    { name: 'To see to', cell: (r) => [r.unacknowledged_exceptions > 0 && badge(`${r.unacknowledged_exceptions} open`, 'bad'), r.delayed_at && !r.delay_cleared_at && badge('delayed', 'warn'), r.at_risk_at && badge('at risk', 'warn')].filter(Boolean) },
    { name: 'Last news', cell: (r) => when(r.last_event_at) },
  ], rows, query.q || Object.keys(query).length > 3 ? 'No parcel fits. A part of the number or of the reference is enough.' : 'No parcel is followed yet. waybill register follows one; it is here about a second later.');
  const more = h('button', { type: 'button', hidden: !page.has_more }, 'More');
  let next = page.next;
  const fault = h('p', { class: 'problem', role: 'alert', hidden: true });
  more.addEventListener('click', async () => {
    more.disabled = true;
    fault.hidden = true;
    try {
      const further = await ask('/v4/trackings', { query: { ...query, after: next }, signal: view.signal });
      rows = rows.concat(further.trackings);
      all.fill(rows);
      next = further.next;
      more.hidden = !further.has_more;
      say(many(rows.length, 'parcel'));
    } catch (problem) {
      if (view.signal.aborted) return;
      fault.textContent = problem.message;
      fault.hidden = false;
    }
    more.disabled = false;
  });
  say(many(rows.length, 'parcel'));
  return [all.node, more, fault];
}

// parcelView shows a parcel: how it stands, what happened, what became of each raw
// event and of each webhook.
export function parcelView(view, room, heading, [carrier, tracking]) {
  heading.textContent = `${tracking ?? ''}, ${carrier}`;
  const how = h('div');
  const why = h('div');
  room.replaceChildren(h('p', null, h('a', { href: '#/parcels' }, 'All parcels')), how, why);
  const path = parcel(carrier, tracking ?? '');
  load(view, how, () => ask(path, { signal: view.signal }), stands).then((shown) => {
    if (shown) load(view, why, () => ask(`${path}/explain`, { signal: view.signal }), (found) => explained(view, found));
  });
}

const target = (t) => t && (t.at ? when(t.at) : t.date);

function stands(p) {
  const happened = section('What happened', 'In the order in which it happened, the newest first; times are those of where you are.');
  const order = p.events.toReversed();
  happened.room.append(order.length ? h('ol', { class: 'timeline', reversed: true }, order.map(event)) : h('p', null, 'No news of it yet.'));
  const wrong = section('What went wrong');
  wrong.room.append(table('Exceptions', [
    { name: 'Code', cell: (x) => x.code }, { name: 'Party', cell: (x) => x.party }, { name: 'Since', cell: (x) => when(x.opened_at) },
    { name: 'Until', cell: (x) => when(x.closed_at) ?? badge('open', 'bad') }, { name: 'Taken in hand by', cell: (x) => x.acknowledged_by },
  ], p.exceptions, 'Nothing.').node);
  const now = section('How it stands');
  now.room.append(facts([
    ['Status', badge(plain(p.status), tone(p.status))], ['Code', p.code], ['Since', when(p.status_at)], ['ETA', target(p.eta)], ['First ETA', target(p.original_eta)],
    ['Delivered', when(p.delivered_at)], ['Failed attempts', p.attempts || null], ['Stalled since', when(p.stalled_at)],
    ['References', p.registrations.map((r) => r.reference).filter(Boolean).join(', ')],
    ['Promised', p.registrations.map((r) => target(r.promised)).find(Boolean)],
    ['Followed as', p.registrations.map((r) => plain(r.state)).join(', ')], ['Earlier lives of the number', p.earlier.length || null],
  ]));
  return [now.node, happened.node, p.exceptions.length ? wrong.node : ''];
}

function event(e) {
  const at = [e.location.name, e.location.city, e.location.state, e.location.country].filter(Boolean).join(', ');
  return h('li', null, h('div', { class: 'bar-of' }, h('strong', null, e.description || plain(e.code || e.type)), when(e.occurred_at)),
    h('p', null, e.status && badge(plain(e.status), tone(e.status)), ' ', [e.code, at, e.signed_by && `signed by ${e.signed_by}`].filter(Boolean).join(' · ')),
    h('p', { class: 'quiet' }, [e.source && `told by ${[e.source, ...(e.also_from ?? [])].join(', ')}`, e.raw_code && `as ${e.raw_code}`, e.decision && plain(e.decision), e.actor && `by ${e.actor}`].filter(Boolean).join(' · ')));
}

function explained(view, found) {
  const decisions = section('What became of each raw event', 'In the order of the log, duplicates and what came late among them.');
  decisions.room.append(table('Decisions on raw events', [
    { name: 'Arrived', cell: (d) => when(d.arrived_at) }, { name: 'Decision', cell: (d) => badge(plain(d.decision), tone(d.decision)) },
    { name: 'Rule', cell: (d) => d.rule }, { name: 'Why', wide: true, cell: (d) => d.reason }, { name: 'Code', cell: (d) => d.code || d.raw_code },
    { name: 'Source', cell: (d) => d.source }, { name: 'Position', cell: (d) => `${d.source_topic} ${d.source_partition}/${d.source_offset}` },
  ], found.decisions, 'No raw event of it came in yet.').node);
  const webhooks = section('Webhooks', 'What was sent about it, and how that went.');
  const calls = h('div');
  webhooks.room.append(table('Webhooks of this parcel', [
    { name: 'Type', cell: (w) => w.type }, { name: 'Sequence', number: true, cell: (w) => count(w.sequence) },
    { name: 'Outcome', cell: (w) => badge(w.outcome, tone(w.outcome)) }, { name: 'Attempts', number: true, cell: (w) => count(w.attempts) },
    { name: 'Answer', cell: (w) => (w.status_code || plain(w.reason)) }, { name: 'Made', cell: (w) => when(w.created_at) },
    { name: 'Endpoint', cell: (w) => h('a', { href: `#/endpoints/${encodeURIComponent(w.endpoint_id)}` }, w.endpoint_id) },
    {
      name: 'Look', cell: (w) => h('div', { class: 'buttons' },
        h('button', { type: 'button', 'aria-label': `Attempts: ${w.type}, ${w.sequence}`, onclick: () => attempts(view, calls, { webhook_id: w.webhook_id }, `Attempts at ${w.type}, sequence ${w.sequence}`) }, 'Attempts'),
        session.may('endpoints') && h('button', { type: 'button', 'aria-label': `Send again: ${w.type}, ${w.sequence}`, onclick: () => sendAgain(view, { webhook_ids: [w.webhook_id] }, `the webhook ${w.type}, sequence ${w.sequence}`, w.endpoint_id) }, 'Send again')),
    },
  ], found.webhooks, 'None. An endpoint of your tenant gets one at each event that it asks for.').node, calls);
  return [decisions.node, webhooks.node];
}
