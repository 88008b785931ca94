// What people do with the console, in a browser, on a Waybill that runs. The Go
// test beside it starts that, and says where it is in the environment.

import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { createRequire } from 'node:module';

const { CONSOLE_URL: origin, CONSOLE_MODULES: modules, CONSOLE_BROWSER: executablePath, CONSOLE_RECEIVER: receiver } = process.env;
const keys = JSON.parse(process.env.CONSOLE_KEYS);
const number = process.env.CONSOLE_NUMBER;
const hostile = process.env.CONSOLE_HOSTILE;
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

const PHONE = { width: 360, height: 740 };
const WIDE = { width: 1440, height: 900 };
const PATIENCE = 30_000; // ms

let browser;
let page;
let faults;

before(async () => { browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] }); });
after(() => browser.close());

// open opens the page as a visitor would; what a page must never do is noted.
async function open({ viewport = WIDE, colorScheme = 'light', at = '' } = {}) {
  const context = await browser.newContext({ viewport, colorScheme });
  context.setDefaultTimeout(PATIENCE);
  page = await context.newPage();
  page.on('request', (request) => { if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) faults.push(`a request to ${request.url()}`); });
  page.on('request', (request) => { if (Object.values(keys).some((key) => request.url().includes(key))) faults.push(`a key in ${request.url()}`); });
  page.on('console', (message) => {
    // A browser tells of each answer that is not 2xx; the page does so in words.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`an error: ${error.message}`));
  await page.goto(`${origin}/${at}`);
}

async function signIn(key, options) {
  await open(options);
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

const heading = (name) => page.getByRole('heading', { level: 1, name });
const visit = (hash) => page.evaluate((to) => { location.hash = to; }, hash);
const received = async () => Number(await (await fetch(`${receiver}/count`)).text());

beforeEach(() => { faults = []; });
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(faults, []);
});

describe('signing in', () => {
  test('a key that is not known is told, and one that is lets in', async () => {
    await open();
    await page.getByLabel('API key').fill('wbk_wrong_key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('This key is not known here').waitFor();
    assert.equal(await page.getByLabel('API key').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('API key').fill('two words');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('without spaces').waitFor();
    await page.getByLabel('API key').fill(keys.operator);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading('Live').waitFor();
    assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, location.search]), ['', 0, '']);
    await page.reload();
    await heading('Live').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });

  test('a tenant sees what is its own, and no pipeline', async () => {
    await signIn(keys.other);
    await heading('Parcels').waitFor();
    await page.getByText('No parcel is followed yet').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Live' }).count(), 0);
    await visit('#/live');
    await heading('Parcels').waitFor();
    await visit(`#/parcels/sim/${number}`);
    await page.getByRole('alert').getByText('Nothing is followed as').waitFor();
    await visit('#/endpoints');
    await page.getByText('There is no endpoint').waitFor();
  });

  test('a key that may look at nothing says what to do', async () => {
    await signIn(keys.registers);
    await heading('Nothing to show').waitFor();
    await page.getByText('waybill keys new --tenant other --scopes read').waitFor();
  });

  test('a key that was taken back signs out', async () => {
    await signIn(keys.operator);
    await page.route('**/v4/**', (route) => route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"detail": "no"}' }));
    await visit('#/parcels');
    await page.getByRole('alert').getByText('It may have been taken back').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });
});

describe('live', () => {
  test('the pipeline is there, and can be held still', async () => {
    await signIn(keys.operator);
    const row = page.getByRole('region', { name: 'Jobs' }).getByRole('row').filter({ hasText: 'tracking' });
    await row.getByText('stable').waitFor();
    await page.getByRole('region', { name: 'Decisions by rule' }).getByText('accepted').first().waitFor();
    await page.getByRole('img', { name: 'Decisions on raw events by minute' }).waitFor();
    const asOf = page.getByText('As of');
    const first = await asOf.textContent();
    await page.waitForFunction((was) => !document.body.textContent.includes(was), first);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    const shift = await page.evaluate(() => new Promise((tell) => {
      let sum = 0;
      new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; }).observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => tell(sum)));
    }));
    assert.ok(shift < 0.1, `the layout shifted by ${shift}`);
  });

  test('what cannot be had is said, and what was had stays, marked as old', async () => {
    await signIn(keys.operator);
    await page.getByRole('region', { name: 'Jobs' }).getByText('tracking').waitFor();
    let answer = (route) => route.abort();
    await page.route('**/v4/pipeline', (route) => answer(route));
    await page.getByText(/Waybill does not answer.* What is shown is of/).waitFor();
    await page.getByRole('region', { name: 'Jobs' }).getByText('tracking').waitFor();
    answer = async (route) => {
      const real = await route.fetch();
      const told = await real.json();
      await route.fulfill({ response: real, json: { ...told, clickhouse: null, problems: [{ part: 'clickhouse', detail: 'connection refused' }] } });
    };
    await page.getByRole('alert').getByText('ClickHouse does not tell').waitFor();
    assert.equal(await page.locator('.old').count(), 3);
    answer = (route) => route.continue();
    await page.waitForFunction(() => document.querySelectorAll('.old').length === 0);
  });
});

describe('parcels', () => {
  test('the keyboard alone finds a parcel, and tells everything about it', async () => {
    await signIn(keys.operator);
    const reach = async (name, most = 40) => {
      for (let i = 0; i < most; i++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const e = document.activeElement;
          const ring = getComputedStyle(e).outlineStyle;
          return { name: e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? e.textContent, ring };
        });
        if (at.name.includes(name)) { assert.notEqual(at.ring, 'none', `no one sees that ${name} has the focus`); return; }
      }
      assert.fail(`the keyboard does not reach ${name}`);
    };
    await page.reload(); // the focus begins where the page does
    await heading('Live').waitFor();
    await reach('Skip to the content', 3);
    await reach('Parcels');
    await page.keyboard.press('Enter');
    await heading('Parcels').waitFor();
    await page.getByRole('region', { name: 'Parcels' }).waitFor();
    await reach('Tracking number');
    await page.keyboard.type(number);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await reach(number);
    await page.keyboard.press('Enter');
    await heading(number).waitFor();
    await page.locator('.timeline time').nth(2).waitFor();
    const times = await page.locator('.timeline time').evaluateAll((all) => all.map((t) => t.dateTime));
    assert.ok(times.length > 2);
    assert.deepEqual(times, times.toSorted().toReversed());
    await page.getByRole('region', { name: 'Decisions on raw events' }).getByText('duplicate').first().waitFor();
    await reach('Send again');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('One webhook goes to').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await reach('Attempts', 3);
  });

  test('a hostile text is a text', async () => {
    await signIn(keys.operator, { at: `#/parcels/royal-mail/${hostile}` });
    await page.locator('.timeline').getByText('<img src=x onerror=alert(1)>').waitFor();
    assert.equal(await page.locator('main img, main script, main svg script').count(), 0);
    assert.equal(await page.evaluate(() => window.hostile), undefined);
    const refused = await page.evaluate(() => { try { document.body.innerHTML = '<p>x'; return false; } catch { return true; } });
    assert.ok(refused, 'the page may make markup of texts');
    faults = faults.filter((fault) => !fault.includes('TrustedHTML')); // of the line above
  });

  test('nothing found, no answer and a slow one are told apart', async () => {
    await signIn(keys.operator, { at: '#/parcels?q=nothinglikeit' });
    await page.getByText('No parcel fits').waitFor();
    let go;
    const held = new Promise((release) => { go = release; });
    await page.route('**/v4/trackings?**', async (route) => { await held; await route.abort(); });
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('Still waiting for an answer').waitFor();
    go();
    await page.getByText('Waybill does not answer').waitFor();
    await page.unroute('**/v4/trackings?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No parcel fits').waitFor();
  });
});

describe('endpoints', () => {
  test('webhooks are sent again once that was confirmed, and only then', async () => {
    await signIn(keys.operator, { at: '#/endpoints' });
    await page.getByRole('link', { name: receiver }).click();
    await page.getByRole('region', { name: 'Attempts' }).getByText('delivered').first().waitFor();
    await page.getByLabel('Webhooks that are').selectOption('delivered');
    const before = await received();
    await page.getByRole('button', { name: 'Send again …' }).click();
    const box = page.getByRole('dialog', { name: 'Send webhooks again?' });
    const said = await box.getByText(/webhooks go to/).textContent();
    assert.ok(said.includes(receiver), said);
    await box.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await received(), before);
    await page.getByRole('button', { name: 'Send again …' }).click();
    await box.getByText(/webhooks go to/).waitFor();
    await box.getByRole('button', { name: 'Send again' }).click();
    const result = await box.getByText('are under way').textContent();
    const sent = Number(result.match(/^[\d,]+/)[0].replace(',', ''));
    assert.ok(sent > 1, result);
    for (const end = Date.now() + PATIENCE; await received() < before + sent;) assert.ok(Date.now() < end, 'they do not arrive');
    await box.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('A test is under way').waitFor();
  });

  test('who may only look cannot act', async () => {
    await signIn(keys.reads, { at: '#/endpoints' });
    await page.getByRole('link', { name: receiver }).click();
    await page.getByRole('heading', { name: 'Recent attempts' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /Send|Resume|Enable/ }).count(), 0);
  });
});

describe('reports', () => {
  test('a chart and its table change with what is chosen, and the address with them', async () => {
    let release;
    const once = new Promise((resolve) => { release = resolve; });
    await signIn(keys.operator, { at: '#/reports' });
    await page.getByRole('img', { name: 'Delays: late by lane' }).waitFor();
    await page.getByLabel('By', { exact: true }).selectOption('week');
    await page.getByRole('img', { name: 'Delays: late by week' }).waitFor();
    // The answer for the longer period comes after the one for the other basis, which was asked for later: it is dropped.
    const older = (url) => /basis=delivery.*by=week/.test(url) && !/since=\d/.test(url);
    await page.route((url) => older(url.search), async (route) => { await once; await route.continue(); });
    const late = page.waitForResponse((response) => older(response.url()));
    await page.getByLabel('Period').selectOption('');
    await page.getByText('Loading …').waitFor();
    await page.getByLabel('Basis').selectOption('first-stop');
    await page.getByRole('img', { name: 'Delays: late by week' }).waitFor();
    release();
    await (await late).finished();
    await page.getByLabel('Drawn').selectOption('measured');
    await page.getByRole('img', { name: 'Delays: measured by week' }).waitFor();
    const rows = await page.getByRole('region', { name: 'Report delays' }).locator('tbody tr').count();
    assert.equal(await page.locator('.chart g > title').count(), rows);
    assert.match(page.url(), /by=week.*basis=first-stop.*measure=measured/);
    await page.reload();
    await page.getByRole('img', { name: 'Delays: measured by week' }).waitFor();
    await page.getByLabel('Report', { exact: true }).selectOption('exceptions');
    await page.getByRole('region', { name: 'Report exceptions' }).waitFor();
    await page.getByLabel('By', { exact: true }).selectOption('-');
    await page.waitForFunction(() => document.querySelectorAll('.chart').length === 0);
  });
});

describe('for everybody', () => {
  const places = {
    live: () => page.getByRole('region', { name: 'Jobs' }).getByText('stable').first(),
    'parcels?q=': () => page.getByRole('region', { name: 'Parcels' }),
    [`parcels/sim/${number}`]: () => page.getByRole('region', { name: 'Webhooks of this parcel' }),
    'reports?report=delays&since=&by=week': () => page.getByRole('img'),
    endpoints: () => page.getByRole('link', { name: receiver }),
  };
  for (const [name, viewport, colorScheme] of [['a phone in the dark', PHONE, 'dark'], ['a wide screen in the light', WIDE, 'light']]) {
    test(`on ${name} nothing is out of reach`, async () => {
      const check = async (place) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].target}`), [], place);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} is wider than the screen`);
      };
      await open({ viewport, colorScheme });
      await check('sign in');
      await page.context().close();
      await signIn(keys.operator, { viewport, colorScheme });
      for (const [place, there] of Object.entries(places)) {
        await visit(`#/${place}`);
        await there().first().waitFor();
        await check(place);
      }
    });
  }
  test('in the colours of the other half', async () => {
    for (const [viewport, colorScheme] of [[PHONE, 'light'], [WIDE, 'dark']]) {
      await signIn(keys.operator, { viewport, colorScheme });
      await places.live().waitFor();
      const { violations } = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze();
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].target}`), []);
      if (viewport === PHONE) await page.context().close();
    }
  });
});
