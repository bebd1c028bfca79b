// DuckDB for the SQL page: bundled once with Node, and loaded only on request.
import { AsyncDuckDB, DuckDBAccessMode, VoidLogger } from "@duckdb/duckdb-wasm";

// The WebAssembly stays compressed: hosts limit file sizes, and readers want small downloads.
async function inflated(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const stream = answer.body.pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  return URL.createObjectURL(new Blob([bytes], { type: "application/wasm" }));
}

function plain(value, type) {
  if (value === null || value === undefined) return null;
  const name = String(type);
  if (name.startsWith("Decimal")) return scaled(value, type.scale);
  if (name.startsWith("Date")) return new Date(Number(value)).toISOString().slice(0, 10);
  if (name.startsWith("Timestamp")) return new Date(Number(value)).toISOString().slice(0, 19).replace("T", " ");
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

// Decimals come as 128 bits in four words, the least first.
function scaled(words, scale) {
  let whole = 0n;
  for (let i = words.length - 1; i >= 0; i--) whole = (whole << 32n) | BigInt(words[i] >>> 0);
  if (words.length && words[words.length - 1] >>> 31) whole -= 1n << BigInt(32 * words.length);
  return Number(whole) / 10 ** scale;
}

export async function open(wasm, worker, cut) {
  const database = new AsyncDuckDB(new VoidLogger(), new Worker(worker));
  await database.instantiate(await inflated(wasm));
  const answer = await fetch(cut);
  if (!answer.ok) throw new Error(`${cut}: ${answer.status}`);
  await database.registerFileBuffer("gpuhour.duckdb", new Uint8Array(await answer.arrayBuffer()));
  await database.open({ path: "gpuhour.duckdb", accessMode: DuckDBAccessMode.READ_ONLY });
  const connection = await database.connect();
  // Nothing is fetched: a query that needs an extension is an error, not a request.
  for (const name of ["autoinstall_known_extensions", "autoload_known_extensions"]) await connection.query(`set ${name} = false`);
  return {
    async ask(sql) {
      const result = await connection.query(sql);
      const fields = result.schema.fields;
      const columns = fields.map((field) => field.name);
      const vectors = fields.map((_, i) => result.getChildAt(i));
      const rows = [];
      for (let r = 0; r < result.numRows; r++) rows.push(vectors.map((v, i) => plain(v.get(r), fields[i].type)));
      return { columns, rows };
    },
  };
}
