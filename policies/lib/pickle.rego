# METADATA
# description: >-
#   Names that a pickle (or a skops, NeMo or Keras file) may resolve, and names that run code. Lists
#   are data: extend them in a pack of your own, or through the settings of TRAIN-025.
package mlpolicy.lib.pickle

import future.keywords.not

# exec says, for a name or for everything below a module, how it runs code.
exec := {
	"os": "runs commands and changes files",
	"posix": "runs commands",
	"nt": "runs commands",
	"posixpath": "reaches os",
	"ntpath": "reaches os",
	"subprocess": "runs commands",
	"_posixsubprocess": "runs commands",
	"_winapi": "runs commands",
	"pty": "runs commands",
	"commands": "runs commands",
	"popen2": "runs commands",
	"platform": "runs commands (popen, _syscmd_ver)",
	"asyncio": "starts processes",
	"multiprocessing": "starts processes",
	"concurrent": "starts processes",
	"sys": "reaches every loaded module",
	"builtins.__import__": "imports any module",
	"builtins.eval": "evaluates text",
	"builtins.exec": "executes text",
	"builtins.execfile": "executes a file",
	"builtins.compile": "compiles text to code",
	"builtins.open": "opens files",
	"builtins.file": "opens files",
	"builtins.input": "evaluates text in Python 2",
	"builtins.breakpoint": "starts a debugger",
	"builtins.getattr": "reaches any attribute",
	"builtins.setattr": "replaces any attribute",
	"builtins.delattr": "removes any attribute",
	"builtins.globals": "reaches every global",
	"builtins.locals": "reaches every local",
	"builtins.vars": "reaches every attribute",
	"builtins.dir": "lists attributes",
	"builtins.map": "calls what it is given",
	"builtins.filter": "calls what it is given",
	"builtins.apply": "calls what it is given",
	"builtins.reduce": "calls what it is given",
	"builtins.memoryview": "reaches memory",
	"builtins.help": "runs a pager",
	"importlib": "imports any module",
	"_frozen_importlib": "imports any module",
	"_frozen_importlib_external": "imports any module",
	"imp": "imports any module",
	"_imp": "imports any module",
	"zipimport": "imports from an archive",
	"pkgutil": "resolves any name",
	"runpy": "runs a module",
	"code": "interprets text",
	"codeop": "compiles text",
	"types": "builds functions and code objects",
	"functools.partial": "calls what it is given",
	"functools.partialmethod": "calls what it is given",
	"functools.reduce": "calls what it is given",
	"functools.singledispatch": "calls what it is given",
	"itertools.starmap": "calls what it is given",
	"operator.attrgetter": "reaches any attribute",
	"operator.methodcaller": "calls any method",
	"operator.call": "calls what it is given",
	"_operator.attrgetter": "reaches any attribute",
	"_operator.methodcaller": "calls any method",
	"_operator.call": "calls what it is given",
	"ctypes": "calls native code",
	"_ctypes": "calls native code",
	"cffi": "calls native code",
	"mmap": "reaches memory",
	"gc": "reaches every object",
	"inspect": "reaches frames and attributes",
	"linecache": "reads files",
	"difflib": "reaches linecache",
	"signal": "installs handlers",
	"threading": "starts threads",
	"_thread": "starts threads",
	"atexit": "runs code at exit",
	"weakref.finalize": "runs code at exit",
	"sched": "calls what it is given",
	"contextlib": "calls what it is given",
	"pdb": "runs code",
	"bdb": "runs code",
	"cProfile": "runs code",
	"profile": "runs code",
	"_lsprof": "runs code",
	"trace": "runs code",
	"timeit": "runs code",
	"doctest": "runs code",
	"unittest": "runs code",
	"test": "runs code",
	"site": "runs code",
	"venv": "runs commands",
	"ensurepip": "runs pip",
	"pip": "installs packages",
	"setuptools": "runs build code",
	"distutils": "runs build code",
	"pkg_resources": "imports any module",
	"idlelib": "runs code",
	"lib2to3": "loads pickles",
	"pydoc": "imports any module",
	"_pyrepl": "runs commands",
	"_aix_support": "runs commands",
	"_osx_support": "runs commands",
	"_interpreters": "runs code",
	"_xxsubinterpreters": "runs code",
	"uuid._get_command_stdout": "runs commands",
	"uuid._popen": "runs commands",
	"webbrowser": "starts a browser",
	"shutil": "changes files",
	"tempfile": "changes files",
	"pathlib.Path": "reaches files",
	"fileinput": "changes files",
	"glob": "reads folders",
	"io": "opens files",
	"_io": "opens files",
	"zipfile": "changes files",
	"tarfile": "changes files",
	"sqlite3": "loads extensions",
	"dbm": "opens files",
	"shelve": "loads pickles",
	"logging": "opens files, resolves names",
	"socket": "opens connections",
	"_socket": "opens connections",
	"socketserver": "opens connections",
	"ssl": "opens connections",
	"http": "opens connections",
	"httplib": "opens connections",
	"urllib": "opens connections",
	"urllib2": "opens connections",
	"ftplib": "opens connections",
	"smtplib": "opens connections",
	"imaplib": "runs commands",
	"poplib": "opens connections",
	"nntplib": "opens connections",
	"telnetlib": "opens connections",
	"xmlrpc": "opens connections",
	"requests": "opens connections",
	"httpx": "opens connections",
	"aiohttp": "opens connections",
	"paramiko": "runs commands elsewhere",
	"numpy.testing._private.utils.runstring": "executes text",
	"numpy.testing._private.utils": "executes text",
	"numpy.f2py": "evaluates text",
	"numpy.distutils": "runs commands",
	"torch.utils.bottleneck": "runs code",
	"torch.utils.collect_env": "runs commands",
	"torch.utils.cpp_extension": "compiles code",
	"torch.utils.data.datapipes": "loads pickles",
	"torch.utils._config_module": "loads pickles",
	"torch._dynamo": "evaluates text",
	"torch._inductor": "compiles code",
	"torch.fx": "builds and runs code",
	"torch.jit": "loads code",
	"torch.distributed": "loads pickles",
	"torch.multiprocessing": "starts processes",
	"torch.ops": "calls native code",
	"torch.classes": "calls native code",
	"torch.hub": "downloads and runs code",
	"pandas.eval": "evaluates text",
	"pandas.core.computation": "evaluates text",
	"keras.utils.get_file": "downloads files",
	"nltk": "downloads and loads pickles",
	"sympy": "evaluates text",
	"picklescan": "switches a scanner off",
	"modelscan": "switches a scanner off",
	"fickling": "switches a scanner off",
	"modelaudit": "switches a scanner off",
	"mlpolicy": "switches a scanner off",
}

# loaders load what is hidden in their argument.
loaders := {
	"pickle": "loads another pickle",
	"_pickle": "loads another pickle",
	"cPickle": "loads another pickle",
	"marshal": "loads code objects",
	"dill": "loads another pickle",
	"cloudpickle": "loads another pickle",
	"joblib.load": "loads another pickle",
	"joblib.numpy_pickle.load": "loads another pickle",
	"numpy.load": "loads another pickle",
	"numpy.loads": "loads another pickle",
	"numpy.lib.npyio.load": "loads another pickle",
	"numpy.lib.format.read_array": "loads another pickle",
	"torch.load": "loads another pickle",
	"torch.serialization.load": "loads another pickle",
	"torch.storage._load_from_bytes": "loads another pickle",
	"pandas.read_pickle": "loads another pickle",
	"pandas.io.pickle.read_pickle": "loads another pickle",
	"pandas.compat.pickle_compat": "loads another pickle",
	"keras.models.load_model": "loads another model",
	"tensorflow.keras.models.load_model": "loads another model",
	"tensorflow.saved_model.load": "loads another model",
	"yaml": "builds any object from text",
	"jsonpickle": "builds any object from text",
	"shelve.open": "loads another pickle",
}

# pure are the names that data needs and that run nothing of their own.
pure := {
	"collections.OrderedDict", "collections.defaultdict", "collections.Counter", "collections.deque",
	"builtins.object", "builtins.set", "builtins.frozenset", "builtins.dict", "builtins.list",
	"builtins.tuple", "builtins.int", "builtins.float", "builtins.complex", "builtins.bool",
	"builtins.str", "builtins.bytes", "builtins.bytearray", "builtins.range", "builtins.slice",
	"builtins.Ellipsis", "builtins.NotImplemented", "builtins.long", "builtins.unicode",
	"builtins.xrange", "_codecs.encode", "codecs.encode", "copyreg._reconstructor",
	"copyreg.__newobj__", "copyreg.__newobj_ex__", "argparse.Namespace",
	"datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.timezone",
	"decimal.Decimal", "fractions.Fraction", "uuid.UUID",
	"pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath", "pathlib.PosixPath",
	"pathlib.WindowsPath", "pathlib._local.PosixPath", "pathlib._local.WindowsPath",
	"numpy.dtype", "numpy.ndarray", "numpy.core.multiarray._reconstruct",
	"numpy._core.multiarray._reconstruct", "numpy.core.multiarray.scalar",
	"numpy._core.multiarray.scalar", "numpy.core.numeric._frombuffer",
	"numpy._core.numeric._frombuffer", "numpy.matrix", "numpy.ma.core.MaskedArray",
	"numpy.ma.core._mareconstruct", "numpy.bool_", "numpy.bool", "numpy.int8", "numpy.int16",
	"numpy.int32", "numpy.int64", "numpy.uint8", "numpy.uint16", "numpy.uint32", "numpy.uint64",
	"numpy.float16", "numpy.float32", "numpy.float64", "numpy.longdouble", "numpy.complex64",
	"numpy.complex128", "numpy.str_", "numpy.bytes_", "numpy.datetime64", "numpy.timedelta64",
	"scipy.sparse._csr.csr_matrix", "scipy.sparse._csc.csc_matrix", "scipy.sparse.csr.csr_matrix",
	"scipy.sparse.csc.csc_matrix", "scipy.sparse._csr.csr_array", "scipy.sparse._csc.csc_array",
	"torch.Tensor", "torch.Size", "torch.device", "torch.nn.parameter.Parameter",
	"torch.nn.parameter.Buffer", "torch.nn.parameter.UninitializedParameter",
	"torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
	"torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter",
	"torch._utils._rebuild_parameter_v2", "torch._utils._rebuild_parameter_with_state",
	"torch._utils._rebuild_qtensor", "torch._utils._rebuild_sparse_tensor",
	"torch._utils._rebuild_sparse_csr_tensor", "torch._utils._rebuild_meta_tensor_no_storage",
	"torch._utils._rebuild_nested_tensor", "torch._utils._rebuild_wrapper_subclass",
	"torch._utils._rebuild_device_tensor_from_numpy",
	"torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch._utils._rebuild_xla_tensor",
	"torch._tensor._rebuild_from_type", "torch._tensor._rebuild_from_type_v2",
	"torch.serialization._get_layout", "torch.storage.TypedStorage", "torch.storage._TypedStorage",
	"torch.storage.UntypedStorage", "torch.UntypedStorage", "torch.TypedStorage", "torch._C.Size",
}

# pure_patterns are families of names that torch resolves when it reads weights: storages,
# types and memory layouts.
pure_patterns := {
	`^torch(\.cuda|\.storage)?\.[A-Z][A-Za-z0-9]*Storage$`,
	`^torch\.(q?u?int(8|16|32|64|1|2|4)|quint4x2|quint2x4|float(16|32|64|8_[a-z0-9]+)|bfloat16|half|float|double|bool|complex(32|64|128)|long|short|int)$`,
	`^torch\.(strided|sparse_coo|sparse_csr|sparse_csc|contiguous_format|channels_last|channels_last_3d|preserve_format|per_tensor_affine|per_channel_affine)$`,
	`^numpy\.dtypes\.[A-Z][A-Za-z0-9]*DType$`,
}

# estimators are classes of model libraries: what scikit-learn and its neighbours pickle.
estimators := {
	`^(sklearn|imblearn)(\.[a-z_0-9]+)+\.[A-Z][A-Za-z0-9]*$`,
	`^sklearn\.(neighbors|metrics)(\.[a-z_0-9]+)*\.newObj$`,
	`^xgboost\.(sklearn|core)\.[A-Z][A-Za-z0-9]*$`,
	`^lightgbm\.(sklearn|basic)\.[A-Z][A-Za-z0-9]*$`,
	`^catboost\.core\.[A-Z][A-Za-z0-9]*$`,
	`^joblib\.numpy_pickle\.Numpy(Array|DArray)Wrapper$`,
	`^joblib\.numpy_pickle\.NDArrayWrapper$`,
	`^pandas\.core\.(frame|series|indexes\.[a-z]+|internals\.[a-z]+)\.[A-Z][A-Za-z0-9]*$`,
	`^pandas\._libs\.internals\._unpickle_block$`,
}

# profiles are the patterns that a profile allows beyond the pure names.
profiles := {"weights-only": pure_patterns, "sklearn": (pure_patterns | estimators)}

# _prefixes are a dotted name and every module above it.
_prefixes(name) := {prefix |
	parts := split(name, ".")
	some n in numbers.range(1, count(parts))
	prefix := concat(".", array.slice(parts, 0, n))
}

# dangers says why a resolved name runs code; empty when nothing is known against it.
dangers(found) := ({reason |
	not found.qualified in pure
	some prefix in _prefixes(found.qualified)
	some list in [exec, loaders]
	reason := list[prefix]
} | {"is named when the file is loaded" | found.state == "computed"}) | {reason |
	not found.qualified in pure
	some part in split(found.qualified, ".")
	regex.match(`^__.*__$`, part)
	not part in {"__main__", "__mp_main__"}
	reason := "reaches behind the object"
}

# allowed holds when a profile, or the list of a team, allows the name.
allowed(found, _, _) if found.qualified in pure

allowed(found, _, more) if found.qualified in {name | some name in more}

allowed(found, active, _) if {
	some profile in active
	some pattern in profiles[profile]
	regex.match(pattern, found.qualified)
}
