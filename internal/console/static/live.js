// How the pipeline does, for operators: asked for every two seconds, for as long
// as somebody looks.

import { h, table, badge, facts, say } from './dom.js';
import { ask } from './api.js';
import { section } from './load.js';
import { columns } from './chart.js';
import { atClock, count, lasting, number, plain, tone } from './words.js';

const EVERY = 2000; // ms
const MINUTES = 15;
const KINDS = ['accepted', 'duplicate', 'late', 'dead letter', 'other'];

export function live(view, room) {
  const page = build();
  room.replaceChildren(...page.nodes);
  let paused = false;
  let failures = 0;
  let before = null;
  let timer;
  page.pause.addEventListener('click', () => {
    paused = !paused;
    page.pause.textContent = paused ? 'Go on' : 'Pause';
    clearTimeout(timer);
    if (!paused) turn();
  });
  const later = () => {
    if (!paused && !view.signal.aborted) timer = setTimeout(turn, EVERY * 2 ** Math.min(failures, 3));
  };
  async function turn() {
    if (document.hidden) { later(); return; }
    try {
      const now = await ask('/v4/pipeline', { signal: view.signal });
      if (failures > 0) say('Waybill answers again');
      failures = 0;
      page.update(now, before);
      before = now;
    } catch (fault) {
      if (view.signal.aborted) return;
      if (fault.status === 401) { view.leave(fault.message); return; }
      failures++;
      page.old(fault, before);
      if (failures === 1) say(`Not up to date: ${fault.message}`);
    }
    later();
  }
  view.signal.addEventListener('abort', () => clearTimeout(timer));
  turn();
}

function build() {
  const pause = h('button', { type: 'button' }, 'Pause');
  const state = h('p', { class: 'quiet' }, 'Loading …');
  const problems = h('div');
  const tiles = tileRow();
  const flow = section('Decisions by minute', 'What became of raw events, over all instances, as ClickHouse has it.');
  const chart = columns('Decisions on raw events by minute', KINDS, count);
  const minutes = table('Decisions and webhooks by minute', [
    { name: 'Minute', cell: (m) => atClock(m.at).slice(0, 5) },
    ...KINDS.map((kind) => ({ name: kind, number: true, cell: (m) => count(split(m)[kind]) })),
    { name: 'webhooks delivered', number: true, cell: (m) => count(m.webhooks.delivered ?? 0) },
    { name: 'webhooks failed', number: true, cell: (m) => count(m.webhooks.failed ?? 0) },
  ], [], 'Nothing was decided in the last quarter of an hour.');
  flow.room.append(chart.node, h('details', null, h('summary', null, 'As a table'), minutes.node));
  const jobs = section('Jobs', 'Over all instances, as Kafka has it.');
  const jobTable = table('Jobs and how far they are behind', [
    { name: 'Job', cell: (j) => j.job },
    { name: 'Group', cell: (j) => badge(j.members === 0 ? 'nobody works' : plain(j.state).toLowerCase(), j.members === 0 ? 'bad' : tone(j.state)) },
    { name: 'Members', number: true, cell: (j) => count(j.members) },
    { name: 'Behind, records', number: true, cell: (j) => count(j.lag_records) },
    { name: 'Behind, time', number: true, cell: (j) => (j.lag_s === 0 ? 'not at all' : lasting(j.lag_s)) },
  ], [], 'Kafka has not told of any yet.');
  jobs.room.append(jobTable.node);
  const rules = section('Decisions by rule', 'Of the last quarter of an hour, over all instances, as ClickHouse has it.');
  const ruleTable = table('Decisions by rule', [
    { name: 'Decision', cell: (d) => badge(plain(d.decision), tone(d.decision)) }, { name: 'Rule', cell: (d) => d.rule },
    { name: 'Raw events', number: true, cell: (d) => count(d.events) },
  ], [], 'Nothing was decided in the last quarter of an hour. Publish a carrier event, or let waybill simulate make some.');
  rules.room.append(ruleTable.node);
  const calls = section('Webhooks', 'Calls of the last quarter of an hour, over all instances, as ClickHouse has it.');
  const callTable = table('Webhook calls by outcome', [
    { name: 'Outcome', cell: (w) => badge(w.outcome, tone(w.outcome)) }, { name: 'Reason', cell: (w) => plain(w.reason) },
    { name: 'Calls', number: true, cell: (w) => count(w.attempts) },
  ], [], 'No webhook was called. An endpoint gets one when a parcel that its tenant follows moves.');
  calls.room.append(callTable.node);
  const here = section('This instance', 'What the process that answers counted itself, since it began; its rates since the last look.');
  return {
    pause,
    nodes: [h('div', { class: 'bar-of' }, state, pause), problems, tiles.node, flow.node, h('div', { class: 'pair' }, jobs.node, here.node), h('div', { class: 'pair' }, rules.node, calls.node)],
    update(now, before) {
      state.className = 'quiet';
      state.textContent = `As of ${atClock(now.at)}, looked at every two seconds.`;
      told(problems, now.problems);
      tiles.update(now);
      if (now.clickhouse) {
        chart.update(everyMinute(now));
        minutes.fill(now.clickhouse.minutes.toReversed());
        ruleTable.fill(now.clickhouse.decisions);
        callTable.fill(now.clickhouse.webhooks);
      }
      if (now.kafka) jobTable.fill(now.kafka.jobs);
      flow.node.classList.toggle('old', !now.clickhouse);
      rules.node.classList.toggle('old', !now.clickhouse);
      calls.node.classList.toggle('old', !now.clickhouse);
      jobs.node.classList.toggle('old', !now.kafka);
      here.room.replaceChildren(instance(now, before));
    },
    old(fault, before) {
      state.className = 'problem';
      state.textContent = `${fault.message} ${before ? `What is shown is of ${atClock(before.at)}.` : ''} Trying again.`;
    },
  };
}

// told shows problems; one that stays is not said again to people who listen.
function told(place, problems) {
  const texts = problems.map((p) => `${{ kafka: 'Kafka', clickhouse: 'ClickHouse', instance: 'This instance' }[p.part]} does not tell; what is shown of it may be old. ${p.detail}`);
  if (place.textContent === texts.join('')) return;
  place.replaceChildren(...texts.map((text) => h('p', { class: 'problem', role: 'alert' }, text)));
}

// everyMinute gives those in which nothing was, too.
function everyMinute(now) {
  const last = Math.floor(new Date(now.at) / 60_000);
  return Array.from({ length: MINUTES }, (_, i) => {
    const at = (last - MINUTES + 1 + i) * 60_000;
    const minute = now.clickhouse.minutes.find((m) => Math.floor(new Date(m.at) / 60_000) * 60_000 === at);
    return { name: atClock(at).slice(0, 5), values: split(minute ?? { decisions: {} }) };
  });
}

// split gives decisions of a minute by the kinds that are shown. What is held is
// decided later, and counts then.
function split(minute) {
  const all = { accepted: 0, duplicate: 0, late: 0, 'dead letter': 0, other: 0 };
  for (const [decision, n] of Object.entries(minute.decisions)) {
    if (decision.startsWith('held:')) continue;
    const kind = plain(decision);
    all[kind in all ? kind : 'other'] += n;
  }
  return all;
}

function tileRow() {
  const shown = {};
  const tile = (id, name, from) => {
    shown[id] = h('strong', null, '–');
    return h('li', null, h('span', null, name), shown[id], h('small', null, from));
  };
  const node = h('ul', { class: 'tiles' },
    tile('registrations', 'Registrations', 'last minute, Kafka'), tile('events', 'Carrier events', 'last minute, Kafka'),
    tile('dead', 'Dead letters', '15 minutes, Kafka, markers too'), tile('duplicate', 'Duplicates', '15 minutes, ClickHouse'),
    tile('late', 'Late', '15 minutes, ClickHouse'), tile('delivered', 'Webhooks delivered', '15 minutes, ClickHouse'),
    tile('failed', 'Calls failed', '15 minutes, ClickHouse'),
    tile('lateness', 'Events reach us after', '95 of 100, ClickHouse'), tile('handling', 'Decided after', '95 of 100, ClickHouse'));
  const sum = (rows, of, n, what) => count(rows.filter((row) => row[of] === what).reduce((all, row) => all + row[n], 0));
  return {
    node,
    update({ kafka, clickhouse }) {
      const put = (id, text) => { shown[id].textContent = text; };
      if (kafka) {
        const topic = (name) => kafka.topics.find((t) => t.topic === name);
        put('registrations', count(topic('registrations').last_minute));
        put('events', count(topic('carrier-events').last_minute));
        put('dead', count(topic('dead-letters').window));
      }
      if (clickhouse) {
        put('duplicate', sum(clickhouse.decisions, 'decision', 'events', 'duplicate'));
        put('late', sum(clickhouse.decisions, 'decision', 'events', 'late'));
        put('delivered', sum(clickhouse.webhooks, 'outcome', 'attempts', 'delivered'));
        put('failed', sum(clickhouse.webhooks, 'outcome', 'attempts', 'failed'));
        put('lateness', clickhouse.lateness.p95_s === null ? '–' : lasting(clickhouse.lateness.p95_s));
        put('handling', clickhouse.handling.p95_s === null ? '–' : lasting(clickhouse.handling.p95_s));
      }
    },
  };
}

// instance shows this process, with rates since the look before.
function instance(now, before) {
  const here = now.instance;
  const there = before?.instance.name === here.name ? before.instance : null;
  const seconds = there ? (new Date(now.at) - new Date(before.at)) / 1000 : 0;
  const all = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);
  const rate = (part, of) => {
    const is = of(here[part]);
    if (!there || seconds <= 0 || is < of(there[part])) return count(is);
    return `${count(is)}, ${number((is - of(there[part])) / seconds)} a second`;
  };
  const some = (part) => Object.keys(here[part]).length > 0;
  const aborted = Object.entries(here.transactions).filter(([how]) => how !== 'committed').reduce((sum, [, n]) => sum + n, 0);
  return facts([
    ['Name', here.name],
    ...Object.keys(here.records).map((job) => [`Records of ${job}`, rate('records', (counts) => counts[job])]),
    ['Transactions aborted', some('transactions') && count(aborted)],
    ['Dead letters', some('dead_letters') && count(all(here.dead_letters))],
    ['Webhooks delivered', some('attempts') && rate('attempts', (counts) => counts.delivered ?? 0)],
    ['Calls failed', some('attempts') && rate('attempts', (counts) => counts.failed ?? 0)],
    ['Rows to ClickHouse', some('rows') && rate('rows', all)],
    ['Endpoints', Object.entries(here.endpoints).filter(([, n]) => n > 0).map(([state, n]) => `${count(n)} ${state}`).join(', ')],
  ]);
}
