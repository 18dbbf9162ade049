"""Writes packages/runtime/src/placement/tables/operator-history.ts from the schemas of the Python package onnx.

    python3 scripts/kernels/operator_history.py > packages/runtime/src/placement/tables/operator-history.ts
"""

import onnx


def carriers(schema):
    """Where each type of a schema is first read, or else given out: `{"T": "0", "T2": "out0"}`."""
    found = {}
    for formals, prefix in ((schema.inputs, ""), (schema.outputs, "out")):
        for place, formal in enumerate(formals):
            found.setdefault(formal.type_str, f"{prefix}{place}")
    variables = {constraint.type_param_str for constraint in schema.type_constraints}
    return {name: place for name, place in found.items() if name in variables}


def main():
    history = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            history.setdefault(schema.name, []).append(schema)
    print("// Written by scripts/kernels/operator_history.py: do not edit.\n")
    print("/** What the table was read from. */")
    newest = onnx.defs.onnx_opset_version()
    print(f"export const operatorHistorySource = {{ package: 'onnx', version: '{onnx.__version__}', newestOpset: {newest} }};\n")
    print("/** The operator sets in which each operator of ONNX's own domain was introduced or changed. */")
    print("export const operatorHistory: Readonly<Record<string, readonly number[]>> = {")
    for name in sorted(history):
        print(f"  {name}: [{', '.join(str(v) for v in sorted(s.since_version for s in history[name]))}],")
    print("};\n")
    print("/** Operators that are defined by others, which onnxruntime writes out where it has no kernel for the whole. */")
    print("export const functionOperators: ReadonlySet<string> = new Set([")
    for name in sorted(history):
        latest = max(history[name], key=lambda s: s.since_version)
        if latest.has_function or latest.has_context_dependent_function:
            print(f"  '{name}',")
    print("]);\n")
    print("/** The input, or `out` and the output, whose element type each type variable names; T is input 0 where it is left out. */")
    print("export const typeCarriers: Readonly<Record<string, Readonly<Record<string, string>>>> = {")
    for name in sorted(history):
        merged = {}
        for schema in sorted(history[name], key=lambda s: s.since_version):
            merged.update(carriers(schema))
        merged = {k: v for k, v in merged.items() if (k, v) != ("T", "0")}
        if merged:
            pairs = ", ".join(f"{variable}: '{place}'" for variable, place in sorted(merged.items()))
            print(f"  {name}: {{ {pairs} }},")
    print("};")


main()
