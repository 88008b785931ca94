// Reports as a chart and a table: what is late, what went wrong, where and how long.

import { h, table, field, select, say } from './dom.js';
import { ask } from './api.js';
import { load } from './load.js';
import { bars, columns } from './chart.js';
import { count, many, number, plain, title, when } from './words.js';

const PERIODS = [['7d', 'Last 7 days'], ['30d', 'Last 30 days'], ['90d', 'Last 90 days'], ['365d', 'Last year'], ['', 'All time']];
const TIMES = ['day', 'week', 'month'];
const DRAWN = 20; // rows of a chart of bars; the table has all

// What a report is mostly asked for; else its first number is drawn.
const FIRST = { delays: 'late', 'on-time': 'on_time_rate', exceptions: 'exceptions', 'exception-resolution': 'resolved', 'transit-time': 'p50_days', 'first-attempt': 'first_attempt_rate' };

export function reports(view, room) {
  load(view, room, () => ask('/v4/reports', { signal: view.signal }), ({ reports: all }) => {
    const known = all.filter((r) => !r.parameters.includes('tracking_number') && !r.parameters.includes('reference'));
    return form(view, known);
  });
}

function form(view, known) {
  const asked = Object.fromEntries(view.query);
  const result = h('div');
  const which = select(known.map((r) => [r.name, title(r.name)]), known.some((r) => r.name === asked.report) ? asked.report : 'delays');
  const controls = h('div', { class: 'controls' });
  const about = h('p', { class: 'quiet' });
  let report;
  let measure = asked.measure; // empty: what the report is mostly asked for
  const chosen = () => Object.fromEntries([...controls.querySelectorAll('select')].map((control) => [control.name, control.value]));
  const go = () => view.go({ report: report.name, ...chosen(), ...(measure ? { measure } : {}) });
  const run = () => {
    go();
    const { by, ...params } = chosen();
    params.by = by === '-' ? '' : by; // empty: one group, or the list of parcels
    load(view, result, () => ask(`/v4/reports/${encodeURIComponent(report.name)}`, { query: params, signal: view.signal }),
      (answer) => draw(answer, by, measure, (value) => { measure = value; go(); }));
  };
  const choose = () => {
    report = known.find((r) => r.name === which.value);
    about.textContent = `${report.answers} ${report.date_basis}`;
    const by = report.by.map((name) => [name, plain(name)]).concat([['-', 'everything together']]);
    const listed = report.default_by.length === 0;
    controls.replaceChildren(
      report.parameters.includes('since') ? field('Period', select(PERIODS, asked.since ?? '90d', { name: 'since' })) : '',
      field('By', select(by, by.some(([v]) => v === asked.by) ? asked.by : (listed ? '-' : report.default_by[0]), { name: 'by' })),
      ...Object.entries(report.choices).map(([name, values]) => field({ basis: 'Basis', dates: 'Date that counts' }[name] ?? title(name),
        select(values.map((v) => [v, plain(v)]), asked[name], { name }))));
    run();
  };
  which.addEventListener('change', () => { measure = ''; choose(); });
  controls.addEventListener('change', run);
  choose();
  return [h('div', { class: 'controls' }, field('Report', which), controls), h('details', null, h('summary', null, 'What it counts'), about), result];
}

// draw shows an answer: a chart of one of its numbers, wanted if it has it, and all of them in a table.
function draw(answer, by, wanted, onMeasure) {
  const rows = answer.rows;
  const shown = answer.columns.filter((name) => name === by || (by === '-' && rows.some((row) => row[name] !== '' && row[name] !== null)) || measures(rows, name));
  const all = table(`Report ${plain(answer.report)}`, shown.map((name) => ({ name: plain(name), number: measures(rows, name), cell: (row) => value(name, row[name]) })), rows,
    'There is nothing in this period. Choose a longer one, or another date that counts.');
  const known = h('p', { class: 'quiet' }, answer.as_of ? ['As of ', when(answer.as_of), `; ${many(rows.length, 'row')}.`] : `${many(rows.length, 'row')}.`);
  say(`${title(answer.report)}: ${many(rows.length, 'row')}`);
  const drawable = shown.filter((name) => measures(rows, name));
  if (rows.length === 0 || by === '-' || drawable.length === 0) return [known, all.node];
  const measure = select(drawable.map((name) => [name, plain(name)]), drawable.includes(wanted) ? wanted : (drawable.includes(FIRST[answer.report]) ? FIRST[answer.report] : drawable[0]), { name: 'measure' });
  const chart = h('div');
  const paint = () => {
    const name = `${title(answer.report)}: ${plain(measure.value)} by ${by}`;
    const items = rows.map((row) => ({ name: String(row[by] || 'not known'), value: row[measure.value] ?? 0 }));
    const says = (n) => value(measure.value, n);
    if (TIMES.includes(by)) {
      const drawn = columns(name, [plain(measure.value)], says);
      chart.replaceChildren(drawn.node);
      drawn.update(items.toSorted((a, b) => a.name.localeCompare(b.name)).map((item) => ({ name: item.name, values: { [plain(measure.value)]: item.value } })));
    } else {
      const most = items.toSorted((a, b) => b.value - a.value).slice(0, DRAWN);
      chart.replaceChildren(bars(name, most, says), items.length > DRAWN ? h('p', { class: 'quiet' }, `The ${DRAWN} greatest of ${count(items.length)}.`) : '');
    }
  };
  measure.addEventListener('change', () => { paint(); onMeasure(measure.value); });
  paint();
  return [known, h('div', { class: 'controls' }, field('Drawn', measure)), chart, all.node];
}

const measures = (rows, name) => rows.length > 0 && rows.every((row) => row[name] === null || typeof row[name] === 'number') && rows.some((row) => typeof row[name] === 'number');

function value(name, v) {
  if (v === null || v === undefined) return '–';
  if (typeof v === 'boolean') return v ? 'yes' : 'no';
  if (typeof v !== 'number') return Array.isArray(v) ? v.join(', ') : String(v);
  return /_rate$|^share|_share|^within/.test(name) ? `${number(v * 100)} %` : number(v);
}
