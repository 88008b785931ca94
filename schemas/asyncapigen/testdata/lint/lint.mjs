// Validates the AsyncAPI document that is named, the Avro schemas and examples
// in it included, and ends with 1 when anything is wrong, warnings too.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/bin/asyncapi-lint/');
const { Parser } = require('@asyncapi/parser');
const { AvroSchemaParser } = require('@asyncapi/avro-schema-parser');

const path = process.argv[2];
const parser = new Parser({ schemaParsers: [AvroSchemaParser()] });
const { document, diagnostics } = await parser.parse(readFileSync(path, 'utf8'), { source: path });
const faults = diagnostics.filter((d) => d.severity <= 1);
for (const d of faults) {
  console.error(`${path}:${d.range.start.line + 1}: ${d.code} at ${d.path.join('.')}: ${d.message}`);
}
if (!document || faults.length > 0) {
  process.exit(1);
}
console.log(`${path}: valid, ${document.channels().length} channels, ${document.operations().length} operations`);
