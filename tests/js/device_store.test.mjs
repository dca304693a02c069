// What is too old goes at the next visit, whoever comes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { DeviceStore, KEPT_DAYS } from "../../formcheck/web/live/client/device_store.js";

test("what is too old is deleted, of every kind and of whomever", async () => {
  const day = 24 * 3600 * 1000;
  const rows = { sets: new Map(), videos: new Map() };
  const database = { transaction: () => {
    const work = { objectStore: (name) => ({
      getAll: () => ({ result: [...rows[name].values()] }), delete: (id) => ({ result: rows[name]?.delete(id) }),
    }) };
    queueMicrotask(() => work.oncomplete());
    return work;
  } };
  globalThis.IDBKeyRange = { bound: () => null };
  const store = new DeviceStore({ open: () => {
    const asked = { result: database };
    queueMicrotask(() => asked.onsuccess());
    return asked;
  } });
  for (const kind of Object.values(rows)) {
    kind.set("old", { id: "old", owner: "one", made_at: 0 });
    kind.set("new", { id: "new", owner: "another", made_at: 2 * day });
  }
  await store.clean(KEPT_DAYS * day);
  assert.deepEqual([...rows.sets.keys(), ...rows.videos.keys()], ["new", "new"]);
});
