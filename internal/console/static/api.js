// What is asked of the API, with the key of whoever looks. The key is kept in the
// session's storage of this tab alone: never in an address and in no cookie.

const STORED = 'waybill.key';
const PATIENCE = 40_000; // ms; the API itself gives up sooner

export const session = {
  key: sessionStorage.getItem(STORED),
  about: null, // what /v4/key says
  keep(key) { this.key = key; sessionStorage.setItem(STORED, key); },
  forget() { this.key = null; this.about = null; sessionStorage.removeItem(STORED); },
  may(scope) { return this.about.scopes.includes('admin') || this.about.scopes.includes(scope); },
  get operates() { return this.about.operator && this.about.scopes.includes('admin'); },
};

// Failure says what went wrong, in a sentence, and what to do.
export class Failure extends Error {
  constructor(status, text, id) { super(text); this.status = status; this.id = id; }
}

// ask makes a request and gives its JSON. What of query is null is left out.
export async function ask(path, { method = 'GET', query = {}, body, signal } = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== null && v !== undefined));
  const headers = { Authorization: `Bearer ${session.key}` };
  if (body) headers['Content-Type'] = 'application/json';
  const late = AbortSignal.timeout(PATIENCE);
  let response;
  let text;
  try {
    response = await fetch(path + (asked.size ? `?${asked}` : ''), {
      method, headers, body: body && JSON.stringify(body), cache: 'no-store', credentials: 'omit', redirect: 'error',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    text = await response.text();
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new Failure(0, late.aborted
      ? 'Waybill took too long to answer. Try again, or ask for less.'
      : 'Waybill does not answer. Is it running, and is the network there?');
  }
  let told = null;
  try { told = text ? JSON.parse(text) : null; } catch { /* what stands between may answer with a page of its own */ }
  if (response.ok && (told !== null || response.status === 204)) return told;
  throw new Failure(response.status, sentence(response, told), told?.request_id);
}

function sentence(response, told) {
  switch (response.status) {
    case 401: return 'This key is not known here. It may have been taken back.';
    case 429: return `This key asks too often. Try again in ${response.headers.get('Retry-After') ?? 'a few'} seconds.`;
    case 503: return 'ClickHouse or Kafka cannot be reached at the moment. What is shown may be old; try again soon.';
    case 504: return 'This took too long. Ask for less, or try again.';
  }
  const text = told?.detail ?? `Something between this page and Waybill answered with ${response.status}.`;
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
}

// parcel gives the path of a parcel.
export const parcel = (carrier, tracking) => `/v4/trackings/${encodeURIComponent(carrier)}/${encodeURIComponent(tracking)}`;
