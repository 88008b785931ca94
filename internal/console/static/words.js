// Numbers, times and words as people read them.

const whole = new Intl.NumberFormat('en');
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const moment = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export const count = (n) => whole.format(n);
export const many = (n, thing) => `${whole.format(n)} ${thing}${n === 1 ? '' : 's'}`;
export const number = (n) => fine.format(n);
export const atClock = (time) => clock.format(new Date(time));

// when is a time in the zone of whoever looks; the exact one is beside it.
export function when(time) {
  if (!time) return null;
  const node = document.createElement('time');
  node.dateTime = time;
  node.title = `${time} (UTC)`;
  node.textContent = moment.format(new Date(time));
  return node;
}

// lasting says a time span in seconds.
export function lasting(seconds) {
  if (seconds === null || seconds === undefined) return 'not known';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  for (const [unit, size] of [['d', 86400], ['h', 3600], ['min', 60]]) {
    if (seconds >= size) return `${fine.format(Math.round(seconds / size * 10) / 10)} ${unit}`;
  }
  return `${fine.format(Math.round(seconds * 10) / 10)} s`;
}

// plain makes words of a name of the API.
export const plain = (name) => name.replaceAll('_', ' ').replaceAll('-', ' ');
export const title = (name) => { const text = plain(name); return text.charAt(0).toUpperCase() + text.slice(1); };

// tone says how a status, state or outcome is, for its colour.
export function tone(word) {
  if (/^(delivered|enabled|ok|accepted|active|stable)$/i.test(word)) return 'good';
  if (/^(failed|failing|exception|suspended|disabled|expired|lost|dead_letter|dead|empty|invalid)$/i.test(word)) return 'bad';
  if (/^(late|delayed|returning|returned|open|untested|outdated|held.*)$/i.test(word)) return 'warn';
  return '';
}
