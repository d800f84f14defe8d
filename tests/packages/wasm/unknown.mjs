// Calls the library that `src/unknown.rs` is compiled to: `node unknown.mjs FILE.wasm`.
import { readFileSync } from "node:fs";

const printed = [];
let memory;
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {
    driver: {
        now: () => performance.timeOrigin + performance.now(),
        print: (text, length) => printed.push(new TextDecoder().decode(new Uint8Array(memory.buffer, text, length))),
    },
});
memory = instance.exports.memory;
for (const step of ["count", "time"]) {
    try {
        instance.exports[step]();
    } catch (error) {
        console.error(`${step}: ${error}\n${printed.join("\n")}`);
        process.exit(1);
    }
    const text = printed.pop() ?? "";
    if (!/\nfunction_calls_total\{function="check_out",module="tachometer_wasm::program",outcome="ok"\} \d+\n/.test(text)) {
        console.error(`${step}: the call is not in the text:\n${text}`);
        process.exit(1);
    }
}
console.log("unknown: ok");
