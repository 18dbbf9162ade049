const builtins = [
  ...['list', 'tuple', 'set', 'frozenset', 'int', 'float', 'str', 'bool', 'complex', 'long'],
  ...[
    'bytes',
    'bytearray',
    'object',
    'Ellipsis',
    'NotImplemented',
    'slice',
    'range',
    'xrange',
    'unicode',
  ],
];

/** NumPy moved its internals in version 2. */
const numpy = ['numpy.core', 'numpy._core'].map((core) => `${core}.multiarray.scalar`);

/** Element types of an array, by NumPy's names since 1.25. */
const numpyDtypes = [
  ...['Bool', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64'],
  ...['Float16', 'Float32', 'Float64', 'LongDouble', 'Complex64', 'Complex128', 'CLongDouble'],
  ...['Long', 'ULong', 'LongLong', 'ULongLong', 'Byte', 'UByte', 'Short', 'UShort', 'IntC'],
  ...['UIntC', 'Object', 'Bytes', 'Str', 'Void', 'DateTime64', 'TimeDelta64', 'String'],
].map((name) => `numpy.dtypes.${name}DType`);

const numpyNumbers = [
  ...['bool_', 'bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'],
  ...['float16', 'float32', 'float64', 'longdouble', 'complex64', 'complex128', 'str_', 'bytes_'],
  ...['datetime64', 'timedelta64', 'intc', 'longlong', 'generic'],
].map((name) => `numpy.${name}`);

/** Python's and NumPy's random number generators. */
const random = [
  ...['__randomstate_ctor', '__generator_ctor', '__bit_generator_ctor'].map(
    (name) => `numpy.random._pickle.${name}`,
  ),
  ...[
    'numpy.random._mt19937.MT19937',
    'numpy.random._pcg64.PCG64',
    'numpy.random._pcg64.PCG64DXSM',
  ],
  ...['numpy.random._philox.Philox', 'numpy.random._sfc64.SFC64', 'random.Random'],
  ...['numpy.random.bit_generator.SeedSequence', 'numpy.random.mtrand.RandomState'],
  'numpy.random.bit_generator.__pyx_unpickle_SeedSequence',
];

const callbacks = ['pytorch_lightning.callbacks', 'lightning.pytorch.callbacks'].flatMap((where) =>
  [
    ...['model_checkpoint.ModelCheckpoint', 'early_stopping.EarlyStopping'],
    ...['lr_monitor.LearningRateMonitor', 'progress.tqdm_progress.TQDMProgressBar'],
    ...['stochastic_weight_avg.StochasticWeightAveraging', 'weight_averaging.WeightAveraging'],
    ...['timer.Timer', 'gradient_accumulation_scheduler.GradientAccumulationScheduler'],
  ].map((name) => `${where}.${name}`),
);

/** Dictionaries whose members are attributes, as in option libraries. */
const options = [
  'argparse.Namespace',
  'types.SimpleNamespace',
  'pytorch_lightning.utilities.parsing.AttributeDict',
  'lightning_fabric.utilities.data.AttributeDict',
  'lightning.fabric.utilities.data.AttributeDict',
  'lightning.pytorch.utilities.parsing.AttributeDict',
  'easydict.EasyDict',
  'addict.addict.Dict',
  'munch.Munch',
  'munch.munch.Munch',
  'yacs.config.CfgNode',
  'fvcore.common.config.CfgNode',
  'mmcv.utils.config.ConfigDict',
  'mmcv.utils.config.Config',
  'mmengine.config.config.ConfigDict',
  'mmengine.config.config.Config',
  'ml_collections.config_dict.config_dict.ConfigDict',
  'omegaconf.dictconfig.DictConfig',
  'omegaconf.listconfig.ListConfig',
  'omegaconf.base.ContainerMetadata',
  'omegaconf.base.Metadata',
  ...['Any', 'Integer', 'Float', 'Boolean', 'String', 'Bytes', 'Path', 'Enum'].map(
    (name) => `omegaconf.nodes.${name}Node`,
  ),
  ...['Any', 'Dict', 'List', 'Tuple', 'Union', 'Optional'].map((name) => `typing.${name}`),
];

const paths = ['pathlib', 'pathlib._local'].flatMap((where) =>
  ['Path', 'PosixPath', 'WindowsPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath'].map(
    (name) => `${where}.${name}`,
  ),
);

/**
 * Names that training checkpoints contain beside their tensors: options, counters, scores, dates,
 * random states. They stay names: no object is made. A closed list: all others are
 * rejected.
 */
export const inertNames: ReadonlySet<string> = new Set([
  ...['torch.device', 'torch.Tensor', 'torch.nn.parameter.Parameter', 'torch.nn.parameter.Buffer'],
  ...['torch.nn.Parameter', 'torch.torch_version.TorchVersion', 'torch.Generator'],
  ...['torch.serialization._get_layout', 'torch.per_tensor_affine', 'torch.per_channel_affine'],
  ...['torch.per_tensor_symmetric', 'torch.per_channel_symmetric', 'torch.strided'],
  ...['torch.per_channel_affine_float_qparams', 'torch.sparse_coo', 'torch.sparse_csr'],
  ...['torch.contiguous_format', 'torch.channels_last', 'torch.preserve_format'],
  ...options,
  ...paths,
  ...callbacks,
  ...['numpy.ndarray', ...numpy, ...numpyDtypes, ...numpyNumbers],
  ...random,
  ...['date', 'datetime', 'time', 'timedelta', 'timezone'].map((name) => `datetime.${name}`),
  ...['zoneinfo.ZoneInfo._unpickle', 'pytz._UTC', 'pytz._p', 'dateutil.tz.tz.tzutc'],
  ...['collections.deque', 'collections.ChainMap', 'collections.UserDict', 'collections.UserList'],
  ...['decimal.Decimal', 'fractions.Fraction', 'uuid.UUID', 'uuid.SafeUUID'],
  ...['copyreg._reconstructor', 'copy_reg._reconstructor'],
  // MMEngine's records of losses.
  'mmengine.logging.history_buffer.HistoryBuffer',
  ...builtins.flatMap((name) => [`builtins.${name}`, `__builtin__.${name}`]),
]);
