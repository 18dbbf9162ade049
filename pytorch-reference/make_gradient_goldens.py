"""Goldens of gradients: for each operator, models written by onnx and gradients computed by PyTorch.

    python make_gradient_goldens.py     # writes packages/train/test/gradient/goldens/

Every model computes loss = sum(output * weight) with a fixed random weight, so that the gradient of
each output element differs. Shapes and attributes are drawn from a seed.
"""

import math
import os
import sys

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

rng = np.random.default_rng(20261126)
torch.manual_seed(0)
cases = []


def normal(*dims):
    return rng.standard_normal(dims).astype(np.float32)


def case(name, op, inputs, forward, attributes=None, constants=None, opset=17, outputs=1, pick=0, wrt=None):
    """inputs: floats to differentiate by, in the order of the node; constants: by position, not differentiated."""
    cases.append(
        dict(name=name, op=op, inputs=inputs, forward=forward, attributes=attributes or {}, constants=constants or {},
             opset=opset, outputs=outputs, pick=pick, wrt=wrt)
    )


def ints(*values):
    return np.array(values, dtype=np.int64)


# Elementwise, with broadcasting.
for number, (a, b) in enumerate([((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (3, 1, 1)), ((4, 1), (2, 3, 1, 5))]):
    case(f"add_{number}", "Add", [normal(*a), normal(*b)], torch.add)
    case(f"sub_{number}", "Sub", [normal(*a), normal(*b)], torch.sub)
    case(f"mul_{number}", "Mul", [normal(*a), normal(*b)], torch.mul)
    case(f"div_{number}", "Div", [normal(*a), np.abs(normal(*b)) + 0.5], torch.div)
    case(f"max_{number}", "Max", [normal(*a), normal(*b)], torch.maximum)
    case(f"min_{number}", "Min", [normal(*a), normal(*b)], torch.minimum)
    case(f"pow_{number}", "Pow", [np.abs(normal(*a)) + 0.5, normal(*b)], torch.pow)
case("pow_square", "Pow", [normal(2, 5)], lambda x: x**2, constants={1: np.float32(2)})
case("where", "Where", [normal(2, 3, 4), normal(3, 1)], lambda a, b: torch.where(torch.tensor(mask), a, b),
     constants={0: (mask := rng.random((2, 3, 4)) > 0.5)})
case("sum", "Sum", [normal(2, 3), normal(3), normal(1)], lambda a, b, c: a + b + c)
x = normal(2, 3, 4, 5)
for op, forward in [
    ("Neg", torch.neg), ("Abs", torch.abs), ("Exp", torch.exp), ("Sigmoid", torch.sigmoid), ("Tanh", torch.tanh),
    ("Erf", torch.erf), ("Relu", torch.relu), ("Identity", lambda x: x * 1),
]:
    case(op.lower(), op, [x], forward)
case("leaky_relu", "LeakyRelu", [x], lambda x: F.leaky_relu(x, 0.2), {"alpha": 0.2})
case("gelu", "Gelu", [x], F.gelu, opset=20)
case("gelu_tanh", "Gelu", [x], lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"}, opset=20)
for op, forward in [("Sqrt", torch.sqrt), ("Log", torch.log), ("Reciprocal", torch.reciprocal)]:
    case(op.lower(), op, [np.abs(x) + 0.3], forward)
case("clip", "Clip", [x], lambda x: x.clamp(-0.5, 0.7), constants={1: np.float32(-0.5), 2: np.float32(0.7)})
case("clip_low", "Clip", [x], lambda x: x.clamp(min=0.1), constants={1: np.float32(0.1)})
case("cast", "Cast", [x], lambda x: x * 1, {"to": TensorProto.FLOAT})

# Softmax, norms, reductions.
case("softmax_last", "Softmax", [x], lambda x: x.softmax(-1), {"axis": -1})
case("softmax_1", "Softmax", [x], lambda x: x.softmax(1), {"axis": 1})
case("softmax_11", "Softmax", [x], lambda x: x.flatten(2).softmax(-1).view_as(x), {"axis": 2}, opset=11)
for number, axis in enumerate([-1, 2, 1]):
    shape = x.shape[axis:]
    case(f"layer_norm_{number}", "LayerNormalization", [x, normal(*shape), normal(*shape)],
         lambda x, w, b: F.layer_norm(x, w.shape, w, b, 1e-5), {"axis": axis, "epsilon": 1e-5})
case("lp_norm", "LpNormalization", [x], lambda x: F.normalize(x, dim=-1), {"axis": -1, "p": 2})
for axes, keep in [((1,), 1), ((2, 3), 1), ((0, 2), 0), ((-1,), 0)]:
    tag = "_".join(str(a % 4) for a in axes) + f"_{keep}"
    case(f"reduce_sum_{tag}", "ReduceSum", [x], lambda x, a=axes, k=keep: x.sum(a, keepdim=bool(k)), {"keepdims": keep}, {1: ints(*axes)})
    case(f"reduce_mean_{tag}", "ReduceMean", [x], lambda x, a=axes, k=keep: x.mean(a, keepdim=bool(k)), {"keepdims": keep, "axes": axes})
    case(f"reduce_l2_{tag}", "ReduceL2", [x], lambda x, a=axes, k=keep: x.norm(dim=a, keepdim=bool(k)), {"keepdims": keep, "axes": axes})
    case(f"reduce_sum_square_{tag}", "ReduceSumSquare", [x], lambda x, a=axes, k=keep: (x * x).sum(a, keepdim=bool(k)), {"keepdims": keep, "axes": axes})
    case(f"reduce_max_{tag}", "ReduceMax", [x], lambda x, a=axes, k=keep: x.amax(a, keepdim=bool(k)), {"keepdims": keep, "axes": axes})
case("reduce_mean_18", "ReduceMean", [x], lambda x: x.mean((1, 2), keepdim=True), {"keepdims": 1}, {1: ints(1, 2)}, opset=18)
case("reduce_mean_all", "ReduceMean", [x], lambda x: x.mean(), {"keepdims": 0})
case("global_average_pool", "GlobalAveragePool", [x], lambda x: x.mean((2, 3), keepdim=True))

# Products.
for number, (a, b) in enumerate([((3, 4), (4, 5)), ((2, 3, 4, 5), (2, 3, 5, 6)), ((2, 3, 4, 5), (5, 6)), ((1, 3, 4, 5), (2, 1, 5, 2)), ((4, 5), (2, 5, 3))]):
    case(f"matmul_{number}", "MatMul", [normal(*a), normal(*b)], torch.matmul)
for ta in (0, 1):
    for tb in (0, 1):
        a, b = ((4, 3) if ta else (3, 4)), ((5, 4) if tb else (4, 5))
        case(f"gemm_{ta}{tb}", "Gemm", [normal(*a), normal(*b), normal(5)],
             lambda a, b, c, ta=ta, tb=tb: 0.5 * (a.T if ta else a) @ (b.T if tb else b) + 2 * c,
             {"transA": ta, "transB": tb, "alpha": 0.5, "beta": 2.0})

# Convolutions: groups, strides, dilation, uneven padding.
number = 0
for groups, cin, cout, kernel, stride, dilation, pads in [
    (1, 3, 4, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
    (1, 3, 4, (1, 1), (1, 1), (1, 1), (0, 0, 0, 0)),
    (1, 3, 4, (2, 2), (2, 2), (1, 1), (0, 0, 0, 0)),
    (1, 3, 4, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1)),
    (1, 2, 3, (3, 2), (2, 1), (1, 2), (0, 1, 2, 1)),
    (1, 2, 3, (3, 3), (1, 1), (2, 2), (2, 2, 2, 2)),
    (4, 4, 4, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
    (4, 4, 8, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
    (2, 4, 6, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
    (2, 4, 6, (3, 3), (2, 2), (1, 1), (1, 0, 0, 1)),
    (3, 3, 3, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1)),
    (1, 2, 2, (1, 1), (2, 2), (1, 1), (0, 0, 0, 0)),
    (1, 2, 2, (1, 3), (1, 1), (1, 1), (1, 2, 1, 2)),
]:
    def forward(x, w, b, s=stride, d=dilation, p=pads, g=groups):
        return F.conv2d(F.pad(x, (p[1], p[3], p[0], p[2])), w, b, s, 0, d, g)

    case(f"conv_{number}", "Conv", [normal(2, cin, 8, 9), normal(cout, cin // groups, *kernel), normal(cout)], forward,
         {"group": groups, "kernel_shape": kernel, "strides": stride, "dilations": dilation, "pads": pads})
    number += 1
case("conv_same", "Conv", [normal(1, 2, 7, 8), normal(3, 2, 3, 3)],
     lambda x, w: F.conv2d(F.pad(x, (0, 1, 1, 1)), w, None, 2), {"kernel_shape": (3, 3), "strides": (2, 2), "auto_pad": "SAME_UPPER"})
for number, (groups, cin, cout, kernel, stride, dilation, pad, extra) in enumerate([
    (1, 3, 4, 2, 2, 1, 0, 0), (1, 3, 4, 3, 2, 1, 1, 1), (1, 2, 3, 3, 1, 2, 1, 0), (2, 4, 6, 3, 2, 1, 1, 1), (4, 4, 4, 4, 2, 1, 1, 0), (1, 2, 3, 2, 2, 1, 0, 1),
]):
    def forward(x, w, b, s=stride, p=pad, o=extra, g=groups, d=dilation):
        return F.conv_transpose2d(x, w, b, s, p, o, g, d)

    case(f"conv_transpose_{number}", "ConvTranspose", [normal(2, cin, 5, 6), normal(cin, cout // groups, kernel, kernel), normal(cout)], forward,
         {"group": groups, "kernel_shape": (kernel, kernel), "strides": (stride, stride), "dilations": (dilation, dilation),
          "pads": (pad,) * 4, "output_padding": (extra, extra)})
case("average_pool", "AveragePool", [x], lambda x: F.avg_pool2d(x, 2), {"kernel_shape": (2, 2), "strides": (2, 2)})
case("average_pool_window", "AveragePool", [normal(1, 2, 7, 8)], lambda x: F.avg_pool2d(x, (3, 5), 1), {"kernel_shape": (3, 5)})
case("average_pool_padded", "AveragePool", [normal(1, 2, 7, 8)], lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=True),
     {"kernel_shape": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1), "count_include_pad": 1})
case("average_pool_uncounted", "AveragePool", [normal(1, 2, 7, 8)], lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
     {"kernel_shape": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1), "count_include_pad": 0})

# Layout.
case("reshape", "Reshape", [x], lambda x: x.reshape(6, 20), constants={1: ints(6, -1)})
case("flatten", "Flatten", [x], lambda x: x.flatten(2).flatten(0, 1), {"axis": 2})
case("transpose", "Transpose", [x], lambda x: x.permute(2, 0, 3, 1), {"perm": (2, 0, 3, 1)})
case("transpose_plain", "Transpose", [x], lambda x: x.permute(3, 2, 1, 0))
case("squeeze", "Squeeze", [normal(2, 1, 3, 1)], lambda x: x.squeeze(1), constants={1: ints(1)})
case("unsqueeze", "Unsqueeze", [normal(2, 3)], lambda x: x[:, None, :, None], constants={1: ints(1, 3)})
case("expand", "Expand", [normal(3, 1)], lambda x: x.expand(2, 3, 4), constants={1: ints(2, 3, 4)})
case("concat", "Concat", [normal(2, 3, 4), normal(2, 1, 4), normal(2, 2, 4)], lambda *a: torch.cat(a, 1), {"axis": 1})
case("split_0", "Split", [normal(2, 6, 3)], lambda x: x[:, :2], {"axis": 1}, {1: ints(2, 4)}, outputs=2)
case("split_1", "Split", [normal(2, 6, 3)], lambda x: x[:, 2:], {"axis": 1}, {1: ints(2, 4)}, outputs=2, pick=1)
case("depth_to_space", "DepthToSpace", [normal(2, 8, 3, 4)],
     lambda x: x.reshape(2, 2, 2, 2, 3, 4).permute(0, 3, 4, 1, 5, 2).reshape(2, 2, 6, 8), {"blocksize": 2})
case("pixel_shuffle", "DepthToSpace", [normal(2, 8, 3, 4)], lambda x: F.pixel_shuffle(x, 2), {"blocksize": 2, "mode": "CRD"})
case("space_to_depth", "SpaceToDepth", [normal(2, 2, 6, 8)],
     lambda x: x.reshape(2, 2, 3, 2, 4, 2).permute(0, 3, 5, 1, 2, 4).reshape(2, 8, 3, 4), {"blocksize": 2})
case("slice", "Slice", [x], lambda x: x[:, 1:3, :, 1:4], constants={1: ints(1, 1), 2: ints(3, 4), 3: ints(1, 3)})
case("slice_steps", "Slice", [normal(2, 9, 8)], lambda x: x[:, 1:8:3, ::2], constants={1: ints(1, 0), 2: ints(8, 2**31 - 1), 3: ints(1, 2), 4: ints(3, 2)})
case("slice_back", "Slice", [normal(2, 9, 8)], lambda x: x.flip(1)[:, ::2], constants={1: ints(-1), 2: ints(-(2**31)), 3: ints(1), 4: ints(-2)})
case("slice_end", "Slice", [normal(2, 9)], lambda x: x[:, -4:-1], constants={1: ints(-4), 2: ints(-1), 3: ints(-1)})
case("pad", "Pad", [normal(2, 3, 4, 5)], lambda x: F.pad(x, (1, 0, 2, 3)), constants={1: ints(0, 0, 2, 1, 0, 0, 3, 0)})
case("pad_crop", "Pad", [normal(2, 3, 4, 5)], lambda x: F.pad(x, (-1, 2, 1, -2)), constants={1: ints(0, 0, 1, -1, 0, 0, -2, 2)})
case("pad_reflect", "Pad", [normal(2, 3, 4, 5)], lambda x: F.pad(x, (2, 1, 3, 2), mode="reflect"), {"mode": "reflect"}, {1: ints(0, 0, 3, 2, 0, 0, 2, 1)})
case("pad_edge", "Pad", [normal(2, 3, 4, 5)], lambda x: F.pad(x, (2, 1, 0, 4), mode="replicate"), {"mode": "edge"}, {1: ints(0, 0, 0, 2, 0, 0, 4, 1)})

# Resampling.
for number, (size, to) in enumerate([((4, 5), (8, 10)), ((8, 6), (4, 3)), ((5, 7), (3, 11))]):
    for mode, corners in [("half_pixel", False), ("align_corners", True)]:
        case(f"resize_linear_{mode}_{number}", "Resize", [normal(2, 3, *size)],
             lambda x, t=to, c=corners: F.interpolate(x, t, mode="bilinear", align_corners=c),
             {"mode": "linear", "coordinate_transformation_mode": mode},
             {1: np.array([], np.float32), 2: np.array([], np.float32), 3: ints(2, 3, *to)})
    case(f"resize_nearest_{number}", "Resize", [normal(2, 3, *size)], lambda x, t=to: F.interpolate(x, t, mode="nearest"),
         {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
         {1: np.array([], np.float32), 2: np.array([], np.float32), 3: ints(2, 3, *to)})

# Choice.
picked = ints(3, 0, 3, 1)
case("gather", "Gather", [normal(4, 5)], lambda x: x[torch.tensor(picked)], {"axis": 0}, {1: picked})
case("gather_axis", "Gather", [normal(2, 5, 3)], lambda x: x[:, torch.tensor([[4, 0], [2, 4]])], {"axis": 1}, {1: np.array([[4, 0], [-3, -1]], np.int64)})
places = np.array([[0, 2, 2], [1, 0, 3]], np.int64)
case("gather_elements", "GatherElements", [normal(2, 4)], lambda x: x.gather(1, torch.tensor(places)), {"axis": 1}, {1: places})
distinct = np.array([[0, 2], [3, 1]], np.int64)
case("scatter_elements", "ScatterElements", [normal(2, 4), normal(2, 2)], lambda x, u: x.scatter(1, torch.tensor(distinct), u), {"axis": 1}, {1: distinct})
case("top_k", "TopK", [normal(2, 3, 6)], lambda x: x.topk(3, -1)[0], {"axis": -1}, {1: ints(3)}, outputs=2)


def write(folder):
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    tensors = {}
    for c in cases:
        names, feeds, constants, at = [], [], [], 0
        for position in range(len(c["inputs"]) + len(c["constants"])):
            name = f"i{position}"
            if position in c["constants"]:
                value = np.asarray(c["constants"][position])
                names.append("" if value.dtype == np.float32 and value.size == 0 and c["op"] == "Resize" else name)
                constants.append(numpy_helper.from_array(value, name))
            else:
                names.append(name)
                feeds.append((name, c["inputs"][at]))
                at += 1
        leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for _, v in feeds]
        y = c["forward"](*leaves)
        weight = rng.standard_normal(tuple(y.shape)).astype(np.float32)
        loss = (y * torch.tensor(weight, dtype=torch.float64)).sum()
        loss.backward()
        outputs = [f"y{i}" for i in range(c["outputs"])]
        nodes = [
            helper.make_node(c["op"], names, outputs, name="subject", **c["attributes"]),
            helper.make_node("Mul", [outputs[c["pick"]], "weight"], ["weighted"]),
            helper.make_node("ReduceSum", ["weighted"], ["loss"], keepdims=0),
        ]
        graph = helper.make_graph(
            nodes, c["name"],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, v.shape) for n, v in feeds],
            [helper.make_tensor_value_info("loss", TensorProto.FLOAT, [])],
            [*(t for t in constants if t.name in names), numpy_helper.from_array(weight, "weight")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", c["opset"])], producer_name="onnx")
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, os.path.join(folder, f"{c['name']}.onnx"))
        tensors[f"{c['name']}/loss"] = np.array(loss.item(), np.float32)
        for (name, value), leaf in zip(feeds, leaves):
            tensors[f"{c['name']}/{name}"] = value
            tensors[f"{c['name']}/{name}/gradient"] = leaf.grad.numpy().astype(np.float32)
    save_file(tensors, os.path.join(folder, "gradients.safetensors"))
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    write(sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../packages/train/test/gradient/goldens"))
