// SPDX-License-Identifier: LGPL-2.1-or-later
// Xen Orchestra's own client: logs in, watches, writes, runs a task.
import assert from 'node:assert'
import { createClient } from 'xen-api'

const [url, password] = process.argv.slice(2)
const x = createClient({ url, auth: { user: 'root', password }, allowUnauthorized: true })
await x.connect()
await x.objectsFetched
const all = Object.values(x.objects.all)
console.log(`ok 1 - it sees every object (${all.length})`)
const vm = all.find(o => o.$type === 'VM' && o.power_state === 'Halted' && !o.is_a_template)
await vm.set_name_description('written by xen-api')
await x.barrier(vm.$ref)
assert.equal(x.getObject(vm.$ref).name_description, 'written by xen-api')
console.log('ok 2 - what it writes comes back as an event')
await x.callAsync('VM.start', vm.$ref, false, false)
await x.barrier(vm.$ref)
assert.equal(x.getObject(vm.$ref).power_state, 'Running')
console.log('ok 3 - a task ends and its VM runs')
await x.disconnect()
process.exit(0)
