package pickle_rows_test

import future.keywords.not

import data.mlpolicy.lib.pickle

# listed is what a name does, by what it does: names of modules stand for all below them.
listed := {
	"builds and runs code": {"torch.fx"},
	"builds any object from text": {"jsonpickle", "yaml"},
	"builds functions and code objects": {"types"},
	"calls any method": {"_operator.methodcaller", "operator.methodcaller"},
	"calls native code": {"_ctypes", "cffi", "ctypes", "numpy.ctypeslib", "scipy._lib._ccallback", "tensorflow.load_library", "tensorflow.load_op_library", "tensorflow.python.framework.load_library", "torch._classes", "torch._ops", "torch.classes", "torch.ops"},
	"calls what it is given": {"_functools.reduce", "_operator.call", "builtins.apply", "builtins.filter", "builtins.map", "builtins.reduce", "collections._starmap", "contextlib", "functools.partialmethod", "functools.reduce", "functools.singledispatch", "itertools.accumulate", "itertools.dropwhile", "itertools.filterfalse", "itertools.groupby", "itertools.starmap", "itertools.takewhile", "operator.call", "sched", "tensorflow.python.ops.script_ops"},
	"changes files": {"_sqlite3", "fileinput", "numpy.save", "numpy.savetxt", "numpy.savez", "shutil", "sqlite3", "tarfile", "tempfile", "tensorflow.python.ops.gen_io_ops", "torch.utils.tensorboard", "zipapp", "zipfile"},
	"changes what pickles mean": {"copyreg.add_extension", "copyreg.constructor", "copyreg.pickle"},
	"compiles code": {"numba.pycc", "torch._inductor", "torch.utils.cpp_extension"},
	"compiles text to code": {"builtins.compile", "codeop", "compileall", "py_compile"},
	"downloads and runs code": {"torch.hub", "transformers.dynamic_module_utils"},
	"downloads files": {"gdown", "huggingface_hub", "keras.utils.get_file", "nltk.downloader", "tensorflow.keras.utils.get_file", "torch.utils.model_zoo", "wget"},
	"evaluates text": {"builtins.eval", "jinja2", "mako", "numexpr", "numpy.f2py", "pandas.core.computation", "pandas.eval", "sympy.core.sympify", "sympy.lambdify", "sympy.parsing", "sympy.sympify", "sympy.utilities.lambdify", "torch._dynamo", "torch.fx.experimental", "typing.get_type_hints"},
	"evaluates text in Python 2": {"builtins.input"},
	"executes a file": {"builtins.execfile"},
	"executes text": {"builtins.exec", "dataclasses._create_fn", "dataclasses.make_dataclass", "numpy.ma.testutils", "numpy.testing"},
	"imports any module": {"_frozen_importlib", "_frozen_importlib_external", "_imp", "builtins.__import__", "hydra", "imp", "importlib", "numpy._core._ufunc_reconstruct", "numpy.core._ufunc_reconstruct", "numpy.core._ufunc_reduce", "pkg_resources", "pydoc", "pyximport", "warnings", "zope.dottedname"},
	"imports from an archive": {"torch.package", "zipimport"},
	"installs handlers": {"_codecs.register", "_codecs.register_error", "_signal", "codecs.register", "codecs.register_error", "faulthandler", "signal"},
	"installs packages": {"conda", "pip"},
	"interprets text": {"IPython", "code", "ipykernel", "transformers.agents"},
	"lists attributes": {"builtins.dir"},
	"loads another model": {"keras.models.load_model", "keras.saving", "tensorflow.keras.models.load_model", "tensorflow.saved_model.load"},
	"loads another pickle": {"_pickle", "cPickle", "cloudpickle", "dill", "joblib.load", "joblib.numpy_pickle.load", "joblib.numpy_pickle_compat", "numpy.core.multiarray.load", "numpy.lib._npyio_impl.load", "numpy.lib.format.read_array", "numpy.lib.npyio.load", "numpy.load", "numpy.loads", "pandas.compat.pickle_compat", "pandas.io.pickle", "pandas.read_pickle", "pickle", "pickletools", "scipy.io.loadmat", "torch.load", "torch.serialization", "torch.storage._load_from_bytes"},
	"loads code": {"torch.jit"},
	"loads code objects": {"marshal"},
	"loads pickles": {"joblib.externals", "lib2to3", "nltk.data", "shelve", "statsmodels.iolib", "torch.distributed.distributed_c10d", "torch.distributed.rpc", "torch.utils._config_module", "torch.utils.data.datapipes"},
	"opens connections": {"_socket", "_ssl", "aiohttp", "asynchat", "asyncore", "ftplib", "http", "httplib", "httpx", "nntplib", "poplib", "pycurl", "requests", "select", "selectors", "smtpd", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib", "urllib2", "urllib3", "websocket", "websockets", "wsgiref", "xmlrpc"},
	"opens files": {"_io", "_pyio", "argparse.FileType", "builtins.file", "builtins.open", "codecs.EncodedFile", "codecs.open", "dbm", "fsspec", "io", "smart_open", "tensorflow.io", "tensorflow.python.lib.io", "torch._C.PyTorchFileReader", "torch._C.PyTorchFileWriter"},
	"opens files, resolves names": {"logging"},
	"reaches any attribute": {"_operator.attrgetter", "builtins.getattr", "operator.attrgetter"},
	"reaches every attribute": {"builtins.vars"},
	"reaches every global": {"builtins.globals"},
	"reaches every loaded module": {"sys"},
	"reaches every local": {"builtins.locals"},
	"reaches every object": {"gc"},
	"reaches files": {"pathlib"},
	"reaches frames and attributes": {"inspect", "traceback"},
	"reaches linecache": {"difflib"},
	"reaches memory": {"builtins.memoryview", "mmap"},
	"reaches os": {"genericpath", "macpath", "ntpath", "posixpath"},
	"reads files": {"filecmp", "linecache", "numpy.DataSource", "numpy.fromfile", "numpy.genfromtxt", "numpy.lib._datasource", "numpy.lib.npyio.DataSource", "numpy.loadtxt"},
	"reads folders": {"glob"},
	"removes any attribute": {"builtins.delattr"},
	"replaces any attribute": {"builtins.setattr"},
	"resolves any name": {"pkgutil"},
	"runs a module": {"runpy"},
	"runs a pager": {"builtins.help"},
	"runs build code": {"Cython.Build", "distutils", "setuptools", "wheel"},
	"runs code": {"_interpreters", "_lsprof", "_pytest", "_testcapi", "_testinternalcapi", "_xxinterpchannels", "_xxsubinterpreters", "bdb", "cProfile", "cmd", "doctest", "idlelib", "keras.layers.Lambda", "keras.layers.core.lambda_layer", "keras.src.layers.core.lambda_layer", "nose", "pdb", "profile", "pytest", "rlcompleter", "site", "test", "timeit", "torch.utils.benchmark", "torch.utils.bottleneck", "trace", "unittest"},
	"runs code at exit": {"atexit", "weakref.finalize"},
	"runs commands": {"_aix_support", "_bootsubprocess", "_osx_support", "_posixsubprocess", "_pyrepl", "_winapi", "commands", "ensurepip", "fabric", "imaplib", "invoke", "nt", "numpy.distutils", "pexpect", "pipes", "plumbum", "popen2", "posix", "psutil", "pty", "sh", "subprocess", "torch.utils.collect_env", "venv", "virtualenv", "win32api", "win32process"},
	"runs commands (popen, _syscmd_ver)": {"platform"},
	"runs commands and changes files": {"os"},
	"runs commands elsewhere": {"paramiko"},
	"runs commands to find an address": {"uuid"},
	"starts a browser": {"antigravity", "webbrowser"},
	"starts a debugger": {"builtins.breakpoint"},
	"starts processes": {"_asyncio", "_multiprocessing", "asyncio", "concurrent", "joblib.pool", "multiprocessing", "torch.multiprocessing"},
	"starts programs": {"torch.distributed.elastic", "torch.distributed.launch", "torch.distributed.launcher", "torch.distributed.run"},
	"starts threads": {"_thread", "threading"},
	"switches a scanner off": {"fickling", "mlpolicy", "modelaudit", "modelscan", "picklescan"},
}

# ended is what a name does whose last part is this, in whatever module.
ended := {
	"calls native code": {"CDLL", "LoadLibrary", "PyDLL", "WinDLL", "dlopen", "load_dll", "load_library", "load_op_library"},
	"calls what it is given": {"numpy_function", "py_func"},
	"changes files": {"extractall", "removedirs", "rmtree", "to_csv", "to_pickle", "tofile", "unlink", "write_bytes", "write_file", "write_text"},
	"downloads and runs code": {"get_class_from_dynamic_module", "load_dataset"},
	"evaluates text": {"debug_script", "eval", "eval_code", "evaluate_python_code", "exec", "execWrapper", "exec_", "exec_in", "execfile", "getlincoef", "interact", "parse_expr", "run_cell", "run_code", "run_module", "run_path", "run_script", "run_string", "runcode", "runctx", "runsource", "runstring", "safe_eval"},
	"imports any module": {"__import__", "exec_module", "import_attr", "import_file", "import_from_string", "import_item", "import_module", "import_object", "import_string", "load_module", "load_source", "locate", "resolve_name", "subimport"},
	"loads another pickle": {"from_pickle", "load_pickle", "pickle_load", "read_pickle", "unpickle", "unpickle_object"},
	"opens connections": {"create_connection", "download_and_extract_archive", "download_file", "download_url", "get_server_certificate", "hf_hub_download", "load_file_from_url", "load_state_dict_from_url", "snapshot_download", "urlopen", "urlretrieve"},
	"opens files": {"read_file"},
	"runs commands": {"Popen", "_run_pip", "check_call", "check_output", "exec_cmd", "exec_command", "execl", "execle", "execlp", "execlpe", "execute_command", "execv", "execve", "execvp", "execvpe", "fork_exec", "getoutput", "getstatusoutput", "os_system", "popen", "popen2", "popen3", "popen4", "posix_spawn", "run_cmd", "run_command", "run_process", "run_setup", "run_shell", "runcmd", "runcommand", "script_from_examples", "shell_command", "shell_exec", "spawn", "spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe", "system"},
}

# of_the_system are modules that data does not need.
of_the_system := {"_ast", "_blake2", "_bz2", "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr", "_codecs_tw", "_compat_pickle", "_compression", "_crypt", "_csv", "_curses", "_curses_panel", "_dbm", "_elementtree", "_gdbm", "_locale", "_lzma", "_markupbase", "_md5", "_msi", "_multibytecodec", "_opcode", "_overlapped", "_posixshmem", "_py_abc", "_scproxy", "_sha1", "_sha256", "_sha3", "_sha512", "_sitebuiltins", "_stat", "_strptime", "_symtable", "_threading_local", "_tkinter", "_tokenize", "_tracemalloc", "_uuid", "_warnings", "aifc", "ast", "audioop", "bz2", "cgi", "cgitb", "chunk", "configparser", "crypt", "csv", "curses", "dis", "email", "encodings", "fcntl", "fnmatch", "getopt", "getpass", "gettext", "grp", "gzip", "imghdr", "locale", "lzma", "mailbox", "mailcap", "mimetypes", "modulefinder", "msilib", "msvcrt", "netrc", "nis", "nturl2path", "opcode", "optparse", "ossaudiodev", "plistlib", "pstats", "pwd", "pyclbr", "pydoc_data", "pyexpat", "quopri", "readline", "resource", "shlex", "sndhdr", "spwd", "sre_constants", "sre_parse", "stat", "stringprep", "sunau", "symtable", "sysconfig", "syslog", "tabnanny", "termios", "this", "tkinter", "tokenize", "tomllib", "tracemalloc", "tty", "turtle", "turtledemo", "uu", "wave", "winreg", "winsound", "xdrlib", "xml", "zlib"}

# ways_through are modules that a name must not pass through.
ways_through := {"builtins", "ctypes", "importlib", "marshal", "nt", "os", "pickle", "posix", "pty", "runpy", "shutil", "subprocess", "sys", "testing", "tests", "testutils"}

# not_called are last parts that no honest stream calls.
not_called := {"Client", "LazyModule", "SSHCluster", "_LazyModule", "call", "compile", "connect", "download", "dump", "dumps", "fetch", "from_pretrained", "init", "install", "instantiate", "load", "load_data", "load_files", "load_model", "loads", "main", "memmap", "open", "pipeline", "post", "remove", "rename", "request", "run", "save", "save_model", "start"}

# data_names are what data is made of.
data_names := {"_codecs.encode", "_collections.OrderedDict", "_collections.defaultdict", "_collections.deque", "_io.BytesIO", "_io.StringIO", "_operator.itemgetter", "argparse.Namespace", "array._array_reconstructor", "array.array", "builtins.Ellipsis", "builtins.NotImplemented", "builtins.bool", "builtins.bytearray", "builtins.bytes", "builtins.classmethod", "builtins.complex", "builtins.dict", "builtins.enumerate", "builtins.float", "builtins.frozenset", "builtins.int", "builtins.list", "builtins.long", "builtins.object", "builtins.property", "builtins.range", "builtins.reversed", "builtins.set", "builtins.slice", "builtins.staticmethod", "builtins.str", "builtins.tuple", "builtins.unicode", "builtins.xrange", "builtins.zip", "codecs.encode", "collections.ChainMap", "collections.Counter", "collections.OrderedDict", "collections.UserDict", "collections.UserList", "collections.defaultdict", "collections.deque", "collections.namedtuple", "copy.copy", "copy.deepcopy", "copyreg.__newobj__", "copyreg.__newobj_ex__", "copyreg._reconstructor", "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal", "dill._dill._create_array", "fractions.Fraction", "functools.partial", "inspect.Parameter", "inspect.Signature", "inspect._ParameterKind", "inspect._empty", "io.BytesIO", "io.StringIO", "ipaddress.IPv4Address", "itertools.chain", "itertools.combinations", "itertools.combinations_with_replacement", "itertools.compress", "itertools.count", "itertools.cycle", "itertools.islice", "itertools.pairwise", "itertools.permutations", "itertools.product", "itertools.repeat", "itertools.zip_longest", "regex._regex.compile", "logging.getLogger", "numpy._core.multiarray._reconstruct", "numpy._core.multiarray.scalar", "numpy._core.numeric._frombuffer", "numpy.bool", "numpy.bool_", "numpy.bytes_", "numpy.complex128", "numpy.complex64", "numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer", "numpy.core.records.recarray", "numpy.core.records.record", "numpy.datetime64", "numpy.dtype", "numpy.float16", "numpy.float32", "numpy.float64", "numpy.int16", "numpy.int32", "numpy.int64", "numpy.int8", "numpy.longdouble", "numpy.ma.core.MaskedArray", "numpy.ma.core._mareconstruct", "numpy.matrix", "numpy.ndarray", "numpy.object_", "numpy.random.__RandomState_ctor", "numpy.random._pickle.__bit_generator_ctor", "numpy.random._pickle.__generator_ctor", "numpy.random._pickle.__randomstate_ctor", "numpy.rec.recarray", "numpy.recarray", "numpy.record", "numpy.str_", "numpy.timedelta64", "numpy.uint16", "numpy.uint32", "numpy.uint64", "numpy.uint8", "numpy.void", "operator.itemgetter", "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath", "pathlib.WindowsPath", "pathlib._local.PosixPath", "pathlib._local.WindowsPath", "random.Random", "re.Pattern", "re._compile", "scipy.sparse._csc.csc_array", "scipy.sparse._csc.csc_matrix", "scipy.sparse._csr.csr_array", "scipy.sparse._csr.csr_matrix", "scipy.sparse.csc.csc_matrix", "scipy.sparse.csr.csr_matrix", "string.Template", "time.struct_time", "torch.Size", "torch.Tensor", "torch.TypedStorage", "torch.UntypedStorage", "torch._C.Size", "torch._tensor._rebuild_from_type", "torch._tensor._rebuild_from_type_v2", "torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch._utils._rebuild_device_tensor_from_numpy", "torch._utils._rebuild_meta_tensor_no_storage", "torch._utils._rebuild_nested_tensor", "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_v2", "torch._utils._rebuild_parameter_with_state", "torch._utils._rebuild_qtensor", "torch._utils._rebuild_sparse_csr_tensor", "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_wrapper_subclass", "torch._utils._rebuild_xla_tensor", "torch.device", "torch.nn.parameter.Buffer", "torch.nn.parameter.Parameter", "torch.nn.parameter.UninitializedParameter", "torch.serialization._get_layout", "torch.storage.TypedStorage", "torch.storage.UntypedStorage", "torch.storage._TypedStorage", "types.EllipsisType", "types.GenericAlias", "types.MappingProxyType", "types.MethodType", "types.NoneType", "types.NotImplementedType", "types.SimpleNamespace", "types.UnionType", "uuid.SafeUUID", "uuid.UUID", "zoneinfo.ZoneInfo._unpickle"}

# model_libraries are libraries whose classes models are made of.
model_libraries := {"PIL", "accelerate", "addict", "albumentations", "apex", "astropy", "autogluon", "bertopic", "bidict", "bitsandbytes", "botorch", "catboost", "category_encoders", "chex", "clip", "colossalai", "cudf", "cuml", "cupy", "darts", "dask", "datasets", "dateutil", "deepspeed", "detectron2", "diffusers", "easydict", "einops", "espnet", "espnet2", "fairseq", "fastai", "fastcore", "feature_engine", "flair", "flax", "formulaic", "frozendict", "gensim", "geopandas", "gpytorch", "gym", "gymnasium", "hdbscan", "hmmlearn", "imblearn", "jax", "keras", "keybert", "kornia", "lifelines", "lightgbm", "lightning", "lightning_fabric", "lightning_utilities", "lmfit", "matplotlib", "megatron", "mlxtend", "mmcls", "mmcv", "mmdet", "mmengine", "mmocr", "mmpose", "mmpretrain", "mmseg", "monai", "mpl_toolkits", "multidict", "munch", "nemo", "networkx", "nltk", "numpy", "omegaconf", "open3d", "open_clip", "optax", "optuna", "pandas", "patsy", "peft", "pmdarima", "polars", "prophet", "pyarrow", "pynndescent", "pyod", "pyro", "pytorch_lightning", "pytz", "river", "sb3_contrib", "scipy", "segmentation_models_pytorch", "sentence_transformers", "shap", "shapely", "skimage", "sklearn", "sklearn_pandas", "sktime", "sortedcontainers", "spacy", "sparse", "speechbrain", "stable_baselines3", "statsmodels", "sympy", "tensorflow", "thinc", "timm", "tokenizers", "torch", "torch_geometric", "torchaudio", "torchmetrics", "torchtext", "torchvision", "transformers", "trl", "tslearn", "ultralytics", "umap", "xarray", "xgboost", "yolov5"}

# standard_modules are modules of values, of Python's standard library.
standard_modules := {"_abc", "_bisect", "_codecs", "_collections", "_collections_abc", "_contextvars", "_datetime", "_decimal", "_functools", "_hashlib", "_heapq", "_json", "_operator", "_pydecimal", "_queue", "_random", "_sre", "_statistics", "_string", "_struct", "_typing", "_weakref", "_weakrefset", "_zoneinfo", "abc", "argparse", "array", "base64", "binascii", "bisect", "builtins", "calendar", "codecs", "collections", "colorsys", "contextvars", "copy", "copyreg", "dataclasses", "datetime", "decimal", "enum", "errno", "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac", "html", "ipaddress", "itertools", "json", "keyword", "numbers", "operator", "pprint", "queue", "random", "re", "reprlib", "secrets", "sre_compile", "string", "struct", "textwrap", "time", "token", "typing", "unicodedata", "weakref", "zoneinfo"}

# other_libraries are installed beside models.
other_libraries := {"airflow", "attr", "boto3", "botocore", "bs4", "caffe2", "celery", "chainer", "click", "comtypes", "cryptography", "ctranslate2", "cv2", "distributed", "django", "docker", "evaluate", "fastapi", "flask", "gcsfs", "gevent", "gguf", "git", "gradio", "h5netcdf", "h5py", "joblib", "kubernetes", "langchain", "llama_cpp", "llvmlite", "lxml", "mlflow", "mxnet", "netCDF4", "numba", "onnx", "onnxruntime", "paddle", "psycopg2", "pybind11", "pydantic", "pymongo", "pymysql", "pywintypes", "ray", "redis", "ruamel", "s3fs", "safetensors", "scrapy", "selenium", "sentencepiece", "skops", "sqlalchemy", "streamlit", "tables", "tensorboard", "tensorboardX", "theano", "tiktoken", "torchdata", "tornado", "tqdm", "twisted", "typer", "uvicorn", "vllm", "wandb", "webdataset", "werkzeug", "win32com", "wmi", "zarr", "zmq"}

# kept_values are values of modules that otherwise work on the system.
kept_values := {"ast.BinOp", "configparser.ConfigParser", "configparser.SectionProxy.getint", "csv.Dialect", "csv.excel", "csv.excel_tab", "csv.unix_dialect", "difflib.SequenceMatcher", "email._policybase.Compat32", "email.header.Header", "email.message.EmailMessage", "email.message.Message", "email.policy.EmailPolicy", "http.HTTPMethod.GET", "http.HTTPStatus", "http.HTTPStatus.OK", "http.cookiejar.CookieJar", "inspect._ParameterKind.VAR_KEYWORD", "os.stat_result", "os.terminal_size", "os.times_result", "os.uname_result", "requests.cookies.RequestsCookieJar", "requests.structures.CaseInsensitiveDict", "urllib.parse.DefragResult", "urllib.parse.ParseResult", "urllib.parse.ParseResultBytes", "urllib.parse.SplitResult"} | {name | some module in {"operator", "_operator"}; some f in {"abs", "add", "and_", "eq", "floordiv", "ge", "gt", "invert", "le", "lt", "mod", "mul", "ne", "neg", "not_", "or_", "pos", "pow", "sub", "truediv", "xor"}; name := $"{module}.{f}"}

test_kept_values[name] if {
	some name in kept_values
	found := {"qualified": name, "mode": "call", "state": "resolved"}
	pickle.dangers(found) == set()
	pickle.allowed(found, [], [])
	count(pickle.dangers({"qualified": $"{name}_other.make", "mode": "call", "state": "resolved"})) > 0
}

_dangers(name) := pickle.dangers({"qualified": name, "state": "resolved"})

test_listed[name] if {
	some reason, names in listed
	some name in names
	reason in _dangers(name)
	reason in _dangers($"{name}.inner")
}

test_ended[name] if {
	some reason, names in ended
	some name in names
	reason in _dangers($"acme.tools.{name}")
}

test_system[name] if {
	some name in of_the_system
	"works on the system, not on data" in _dangers($"{name}.thing")
}

test_ways_through[name] if {
	some name in ways_through
	"reaches a module that runs code" in _dangers($"acme.{name}.thing")
	not "reaches a module that runs code" in _dangers($"acme.{name}s.thing")
}

test_not_called[name] if {
	some name in not_called
	pickle.dangers({"qualified": $"acme.tools.{name}", "mode": "call", "state": "resolved"}) & {"works on the system, not on data"} != set()
}

test_data[name] if {
	some name in data_names
	found := {"qualified": name, "state": "resolved"}
	pickle.dangers(found) == set()
	pickle.allowed(found, [], [])
	not pickle.allowed({"qualified": $"{name}_other", "state": "resolved"}, [], [])
}

test_model_libraries[name] if {
	some name in model_libraries
	pickle.allowed({"qualified": $"{name}.part.Thing", "mode": "call", "state": "resolved"}, ["frameworks"], [])
	not pickle.allowed({"qualified": $"{name}_other.part.Thing", "mode": "call", "state": "resolved"}, ["frameworks"], [])
}

# _called is what is said of the call of a name.
_called(name) := pickle.dangers({"qualified": name, "mode": "call", "state": "resolved"})

test_standard_modules[name] if {
	some name in standard_modules
	"calls a function that rebuilds nothing" in _called($"{name}.make")
	"calls a function that rebuilds nothing" in pickle.dangers({"qualified": $"{name}.make", "mode": "new", "state": "resolved"})
	_called($"{name}_other.make") == set()
	pickle.allowed({"qualified": $"{name}.make", "mode": "ref", "state": "resolved"}, [], [])
}

test_other_libraries[name] if {
	some name in other_libraries
	"calls a function that rebuilds nothing" in _called($"{name}.part.make")
	_called($"{name}_other.part.make") == set()
}

test_model_libraries_are_known[name] if {
	some name in model_libraries
	"calls a function that rebuilds nothing" in _called($"{name}.part.make")
}
