# METADATA
# description: >-
#   Names that a pickle (or a skops, NeMo or Keras file) may resolve, and names that run code. Lists
#   are data: extend them in a pack of your own, or through the settings of TRAIN-025. A name is
#   judged by everything above it (os, for os.path.join), by its end (any.module.Popen) and by what
#   it passes through (random._os.system).
package mlpolicy.lib.pickle

import future.keywords.not

import data.mlpolicy.lib.payloads

# exec says, for a name or for everything below a module, how it runs code or gets out of the process.
exec := {
	"Cython.Build": "runs build code",
	"IPython": "interprets text",
	"_aix_support": "runs commands",
	"_asyncio": "starts processes",
	"_bootsubprocess": "runs commands",
	"_codecs.register": "installs handlers",
	"_codecs.register_error": "installs handlers",
	"_ctypes": "calls native code",
	"_frozen_importlib": "imports any module",
	"_frozen_importlib_external": "imports any module",
	"_functools.reduce": "calls what it is given",
	"_imp": "imports any module",
	"_interpreters": "runs code",
	"_io": "opens files",
	"_lsprof": "runs code",
	"_multiprocessing": "starts processes",
	"_operator.attrgetter": "reaches any attribute",
	"_operator.call": "calls what it is given",
	"_operator.methodcaller": "calls any method",
	"_osx_support": "runs commands",
	"_posixsubprocess": "runs commands",
	"_pyio": "opens files",
	"_pyrepl": "runs commands",
	"_pytest": "runs code",
	"_signal": "installs handlers",
	"_socket": "opens connections",
	"_sqlite3": "changes files",
	"_ssl": "opens connections",
	"_testcapi": "runs code",
	"_testinternalcapi": "runs code",
	"_thread": "starts threads",
	"_winapi": "runs commands",
	"_xxinterpchannels": "runs code",
	"_xxsubinterpreters": "runs code",
	"aiohttp": "opens connections",
	"antigravity": "starts a browser",
	"argparse.FileType": "opens files",
	"asynchat": "opens connections",
	"asyncio": "starts processes",
	"asyncore": "opens connections",
	"atexit": "runs code at exit",
	"bdb": "runs code",
	"builtins.__import__": "imports any module",
	"builtins.apply": "calls what it is given",
	"builtins.breakpoint": "starts a debugger",
	"builtins.compile": "compiles text to code",
	"builtins.delattr": "removes any attribute",
	"builtins.dir": "lists attributes",
	"builtins.eval": "evaluates text",
	"builtins.exec": "executes text",
	"builtins.execfile": "executes a file",
	"builtins.file": "opens files",
	"builtins.filter": "calls what it is given",
	"builtins.getattr": "reaches any attribute",
	"builtins.globals": "reaches every global",
	"builtins.help": "runs a pager",
	"builtins.input": "evaluates text in Python 2",
	"builtins.locals": "reaches every local",
	"builtins.map": "calls what it is given",
	"builtins.memoryview": "reaches memory",
	"builtins.open": "opens files",
	"builtins.reduce": "calls what it is given",
	"builtins.setattr": "replaces any attribute",
	"builtins.vars": "reaches every attribute",
	"cProfile": "runs code",
	"cffi": "calls native code",
	"cmd": "runs code",
	"code": "interprets text",
	"codecs.EncodedFile": "opens files",
	"codecs.open": "opens files",
	"codecs.register": "installs handlers",
	"codecs.register_error": "installs handlers",
	"codeop": "compiles text to code",
	"collections._starmap": "calls what it is given",
	"commands": "runs commands",
	"compileall": "compiles text to code",
	"concurrent": "starts processes",
	"conda": "installs packages",
	"contextlib": "calls what it is given",
	"copyreg.add_extension": "changes what pickles mean",
	"copyreg.constructor": "changes what pickles mean",
	"copyreg.pickle": "changes what pickles mean",
	"ctypes": "calls native code",
	"dataclasses._create_fn": "executes text",
	"dataclasses.make_dataclass": "executes text",
	"dbm": "opens files",
	"difflib": "reaches linecache",
	"distutils": "runs build code",
	"doctest": "runs code",
	"ensurepip": "runs commands",
	"fabric": "runs commands",
	"faulthandler": "installs handlers",
	"fickling": "switches a scanner off",
	"filecmp": "reads files",
	"fileinput": "changes files",
	"fsspec": "opens files",
	"ftplib": "opens connections",
	"functools.partialmethod": "calls what it is given",
	"functools.reduce": "calls what it is given",
	"functools.singledispatch": "calls what it is given",
	"gc": "reaches every object",
	"gdown": "downloads files",
	"genericpath": "reaches os",
	"glob": "reads folders",
	"http": "opens connections",
	"httplib": "opens connections",
	"httpx": "opens connections",
	"huggingface_hub": "downloads files",
	"hydra": "imports any module",
	"idlelib": "runs code",
	"imaplib": "runs commands",
	"imp": "imports any module",
	"importlib": "imports any module",
	"inspect": "reaches frames and attributes",
	"invoke": "runs commands",
	"io": "opens files",
	"ipykernel": "interprets text",
	"itertools.accumulate": "calls what it is given",
	"itertools.dropwhile": "calls what it is given",
	"itertools.filterfalse": "calls what it is given",
	"itertools.groupby": "calls what it is given",
	"itertools.starmap": "calls what it is given",
	"itertools.takewhile": "calls what it is given",
	"jinja2": "evaluates text",
	"joblib.externals": "loads pickles",
	"joblib.pool": "starts processes",
	"keras.layers.Lambda": "runs code",
	"keras.layers.core.lambda_layer": "runs code",
	"keras.src.layers.core.lambda_layer": "runs code",
	"keras.utils.get_file": "downloads files",
	"lib2to3": "loads pickles",
	"linecache": "reads files",
	"logging": "opens files, resolves names",
	"macpath": "reaches os",
	"mako": "evaluates text",
	"mlpolicy": "switches a scanner off",
	"mmap": "reaches memory",
	"modelaudit": "switches a scanner off",
	"modelscan": "switches a scanner off",
	"multiprocessing": "starts processes",
	"nltk.data": "loads pickles",
	"nltk.downloader": "downloads files",
	"nntplib": "opens connections",
	"nose": "runs code",
	"nt": "runs commands",
	"ntpath": "reaches os",
	"numba.pycc": "compiles code",
	"numexpr": "evaluates text",
	"numpy.DataSource": "reads files",
	"numpy._core._ufunc_reconstruct": "imports any module",
	"numpy.core._ufunc_reconstruct": "imports any module",
	"numpy.core._ufunc_reduce": "imports any module",
	"numpy.ctypeslib": "calls native code",
	"numpy.distutils": "runs commands",
	"numpy.f2py": "evaluates text",
	"numpy.fromfile": "reads files",
	"numpy.genfromtxt": "reads files",
	"numpy.lib._datasource": "reads files",
	"numpy.lib.npyio.DataSource": "reads files",
	"numpy.loadtxt": "reads files",
	"numpy.ma.testutils": "executes text",
	"numpy.save": "changes files",
	"numpy.savetxt": "changes files",
	"numpy.savez": "changes files",
	"numpy.testing": "executes text",
	"operator.attrgetter": "reaches any attribute",
	"operator.call": "calls what it is given",
	"operator.methodcaller": "calls any method",
	"os": "runs commands and changes files",
	"pandas.core.computation": "evaluates text",
	"pandas.eval": "evaluates text",
	"paramiko": "runs commands elsewhere",
	"pathlib": "reaches files",
	"pdb": "runs code",
	"pexpect": "runs commands",
	"picklescan": "switches a scanner off",
	"pip": "installs packages",
	"pipes": "runs commands",
	"pkg_resources": "imports any module",
	"pkgutil": "resolves any name",
	"platform": "runs commands (popen, _syscmd_ver)",
	"plumbum": "runs commands",
	"popen2": "runs commands",
	"poplib": "opens connections",
	"posix": "runs commands",
	"posixpath": "reaches os",
	"profile": "runs code",
	"psutil": "runs commands",
	"pty": "runs commands",
	"py_compile": "compiles text to code",
	"pycurl": "opens connections",
	"pydoc": "imports any module",
	"pytest": "runs code",
	"pyximport": "imports any module",
	"requests": "opens connections",
	"rlcompleter": "runs code",
	"runpy": "runs a module",
	"sched": "calls what it is given",
	"scipy._lib._ccallback": "calls native code",
	"select": "opens connections",
	"selectors": "opens connections",
	"setuptools": "runs build code",
	"sh": "runs commands",
	"shelve": "loads pickles",
	"shutil": "changes files",
	"signal": "installs handlers",
	"site": "runs code",
	"smart_open": "opens files",
	"smtpd": "opens connections",
	"smtplib": "opens connections",
	"socket": "opens connections",
	"socketserver": "opens connections",
	"sqlite3": "changes files",
	"ssl": "opens connections",
	"statsmodels.iolib": "loads pickles",
	"subprocess": "runs commands",
	"sympy.core.sympify": "evaluates text",
	"sympy.lambdify": "evaluates text",
	"sympy.parsing": "evaluates text",
	"sympy.sympify": "evaluates text",
	"sympy.utilities.lambdify": "evaluates text",
	"sys": "reaches every loaded module",
	"tarfile": "changes files",
	"telnetlib": "opens connections",
	"tempfile": "changes files",
	"tensorflow.io": "opens files",
	"tensorflow.keras.utils.get_file": "downloads files",
	"tensorflow.load_library": "calls native code",
	"tensorflow.load_op_library": "calls native code",
	"tensorflow.python.framework.load_library": "calls native code",
	"tensorflow.python.lib.io": "opens files",
	"tensorflow.python.ops.gen_io_ops": "changes files",
	"tensorflow.python.ops.script_ops": "calls what it is given",
	"test": "runs code",
	"threading": "starts threads",
	"timeit": "runs code",
	"torch._C.PyTorchFileReader": "opens files",
	"torch._C.PyTorchFileWriter": "opens files",
	"torch._classes": "calls native code",
	"torch._dynamo": "evaluates text",
	"torch._inductor": "compiles code",
	"torch._ops": "calls native code",
	"torch.classes": "calls native code",
	"torch.distributed.distributed_c10d": "loads pickles",
	"torch.distributed.elastic": "starts programs",
	"torch.distributed.launch": "starts programs",
	"torch.distributed.launcher": "starts programs",
	"torch.distributed.rpc": "loads pickles",
	"torch.distributed.run": "starts programs",
	"torch.fx": "builds and runs code",
	"torch.fx.experimental": "evaluates text",
	"torch.hub": "downloads and runs code",
	"torch.jit": "loads code",
	"torch.multiprocessing": "starts processes",
	"torch.ops": "calls native code",
	"torch.package": "imports from an archive",
	"torch.utils._config_module": "loads pickles",
	"torch.utils.benchmark": "runs code",
	"torch.utils.bottleneck": "runs code",
	"torch.utils.collect_env": "runs commands",
	"torch.utils.cpp_extension": "compiles code",
	"torch.utils.data.datapipes": "loads pickles",
	"torch.utils.model_zoo": "downloads files",
	"torch.utils.tensorboard": "changes files",
	"trace": "runs code",
	"traceback": "reaches frames and attributes",
	"transformers.agents": "interprets text",
	"transformers.dynamic_module_utils": "downloads and runs code",
	"types": "builds functions and code objects",
	"typing.get_type_hints": "evaluates text",
	"unittest": "runs code",
	"urllib": "opens connections",
	"urllib2": "opens connections",
	"urllib3": "opens connections",
	"uuid": "runs commands to find an address",
	"venv": "runs commands",
	"virtualenv": "runs commands",
	"warnings": "imports any module",
	"weakref.finalize": "runs code at exit",
	"webbrowser": "starts a browser",
	"websocket": "opens connections",
	"websockets": "opens connections",
	"wget": "downloads files",
	"wheel": "runs build code",
	"win32api": "runs commands",
	"win32process": "runs commands",
	"wsgiref": "opens connections",
	"xmlrpc": "opens connections",
	"zipapp": "changes files",
	"zipfile": "changes files",
	"zipimport": "imports from an archive",
	"zope.dottedname": "imports any module",
}

# loaders load what is hidden in their argument.
loaders := {
	"_pickle": "loads another pickle",
	"cPickle": "loads another pickle",
	"cloudpickle": "loads another pickle",
	"dill": "loads another pickle",
	"joblib.load": "loads another pickle",
	"joblib.numpy_pickle.load": "loads another pickle",
	"joblib.numpy_pickle_compat": "loads another pickle",
	"jsonpickle": "builds any object from text",
	"keras.models.load_model": "loads another model",
	"keras.saving": "loads another model",
	"marshal": "loads code objects",
	"numpy.core.multiarray.load": "loads another pickle",
	"numpy.lib._npyio_impl.load": "loads another pickle",
	"numpy.lib.format.read_array": "loads another pickle",
	"numpy.lib.npyio.load": "loads another pickle",
	"numpy.load": "loads another pickle",
	"numpy.loads": "loads another pickle",
	"pandas.compat.pickle_compat": "loads another pickle",
	"pandas.io.pickle": "loads another pickle",
	"pandas.read_pickle": "loads another pickle",
	"pickle": "loads another pickle",
	"pickletools": "loads another pickle",
	"scipy.io.loadmat": "loads another pickle",
	"tensorflow.keras.models.load_model": "loads another model",
	"tensorflow.saved_model.load": "loads another model",
	"torch.load": "loads another pickle",
	"torch.serialization": "loads another pickle",
	"torch.storage._load_from_bytes": "loads another pickle",
	"yaml": "builds any object from text",
}

# ends are last parts of names that run code in whatever module they are: modules import from each
# other, and what they imported can be named through them.
ends := {
	"CDLL": "calls native code",
	"LoadLibrary": "calls native code",
	"Popen": "runs commands",
	"PyDLL": "calls native code",
	"WinDLL": "calls native code",
	"__import__": "imports any module",
	"_run_pip": "runs commands",
	"check_call": "runs commands",
	"check_output": "runs commands",
	"create_connection": "opens connections",
	"debug_script": "evaluates text",
	"dlopen": "calls native code",
	"download_and_extract_archive": "opens connections",
	"download_file": "opens connections",
	"download_url": "opens connections",
	"eval": "evaluates text",
	"eval_code": "evaluates text",
	"evaluate_python_code": "evaluates text",
	"exec": "evaluates text",
	"execWrapper": "evaluates text",
	"exec_": "evaluates text",
	"exec_cmd": "runs commands",
	"exec_command": "runs commands",
	"exec_in": "evaluates text",
	"exec_module": "imports any module",
	"execfile": "evaluates text",
	"execl": "runs commands",
	"execle": "runs commands",
	"execlp": "runs commands",
	"execlpe": "runs commands",
	"execute_command": "runs commands",
	"execv": "runs commands",
	"execve": "runs commands",
	"execvp": "runs commands",
	"execvpe": "runs commands",
	"extractall": "changes files",
	"fork_exec": "runs commands",
	"from_pickle": "loads another pickle",
	"get_class_from_dynamic_module": "downloads and runs code",
	"get_server_certificate": "opens connections",
	"getlincoef": "evaluates text",
	"getoutput": "runs commands",
	"getstatusoutput": "runs commands",
	"hf_hub_download": "opens connections",
	"import_attr": "imports any module",
	"import_file": "imports any module",
	"import_from_string": "imports any module",
	"import_item": "imports any module",
	"import_module": "imports any module",
	"import_object": "imports any module",
	"import_string": "imports any module",
	"interact": "evaluates text",
	"load_dataset": "downloads and runs code",
	"load_dll": "calls native code",
	"load_file_from_url": "opens connections",
	"load_library": "calls native code",
	"load_module": "imports any module",
	"load_op_library": "calls native code",
	"load_pickle": "loads another pickle",
	"load_source": "imports any module",
	"load_state_dict_from_url": "opens connections",
	"locate": "imports any module",
	"numpy_function": "calls what it is given",
	"os_system": "runs commands",
	"parse_expr": "evaluates text",
	"pickle_load": "loads another pickle",
	"popen": "runs commands",
	"popen2": "runs commands",
	"popen3": "runs commands",
	"popen4": "runs commands",
	"posix_spawn": "runs commands",
	"py_func": "calls what it is given",
	"read_file": "opens files",
	"read_pickle": "loads another pickle",
	"removedirs": "changes files",
	"resolve_name": "imports any module",
	"rmtree": "changes files",
	"run_cell": "evaluates text",
	"run_cmd": "runs commands",
	"run_code": "evaluates text",
	"run_command": "runs commands",
	"run_module": "evaluates text",
	"run_path": "evaluates text",
	"run_process": "runs commands",
	"run_script": "evaluates text",
	"run_setup": "runs commands",
	"run_shell": "runs commands",
	"run_string": "evaluates text",
	"runcmd": "runs commands",
	"runcode": "evaluates text",
	"runcommand": "runs commands",
	"runctx": "evaluates text",
	"runsource": "evaluates text",
	"runstring": "evaluates text",
	"safe_eval": "evaluates text",
	"script_from_examples": "runs commands",
	"shell_command": "runs commands",
	"shell_exec": "runs commands",
	"snapshot_download": "opens connections",
	"spawn": "runs commands",
	"spawnl": "runs commands",
	"spawnle": "runs commands",
	"spawnlp": "runs commands",
	"spawnlpe": "runs commands",
	"spawnv": "runs commands",
	"spawnve": "runs commands",
	"spawnvp": "runs commands",
	"spawnvpe": "runs commands",
	"subimport": "imports any module",
	"system": "runs commands",
	"to_csv": "changes files",
	"to_pickle": "changes files",
	"tofile": "changes files",
	"unlink": "changes files",
	"unpickle": "loads another pickle",
	"unpickle_object": "loads another pickle",
	"urlopen": "opens connections",
	"urlretrieve": "opens connections",
	"write_bytes": "changes files",
	"write_file": "changes files",
	"write_text": "changes files",
}

# system are the modules of Python's standard library that no data needs: what is named from them works
# on files, terminals, codecs or the interpreter.
system := {
	"_ast", "_blake2", "_bz2", "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp",
	"_codecs_kr", "_codecs_tw", "_compat_pickle", "_compression", "_crypt", "_csv", "_curses",
	"_curses_panel", "_dbm", "_elementtree", "_gdbm", "_locale", "_lzma", "_markupbase", "_md5",
	"_msi", "_multibytecodec", "_opcode", "_overlapped", "_posixshmem", "_py_abc", "_scproxy",
	"_sha1", "_sha256", "_sha3", "_sha512", "_sitebuiltins", "_stat", "_strptime", "_symtable",
	"_threading_local", "_tkinter", "_tokenize", "_tracemalloc", "_uuid", "_warnings", "aifc",
	"ast", "audioop", "bz2", "cgi", "cgitb", "chunk", "configparser", "crypt", "csv", "curses",
	"dis", "email", "encodings", "fcntl", "fnmatch", "getopt", "getpass", "gettext", "grp", "gzip",
	"imghdr", "locale", "lzma", "mailbox", "mailcap", "mimetypes", "modulefinder", "msilib",
	"msvcrt", "netrc", "nis", "nturl2path", "opcode", "optparse", "ossaudiodev", "plistlib",
	"pstats", "pwd", "pyclbr", "pydoc_data", "pyexpat", "quopri", "readline", "resource", "shlex",
	"sndhdr", "spwd", "sre_constants", "sre_parse", "stat", "stringprep", "sunau", "symtable",
	"sysconfig", "syslog", "tabnanny", "termios", "this", "tkinter", "tokenize", "tomllib",
	"tracemalloc", "tty", "turtle", "turtledemo", "uu", "wave", "winreg", "winsound", "xdrlib",
	"xml", "zlib",
}

# passages are modules that run code. A name that passes through one of them in the middle reaches it
# by way of another module that imported it.
passages := {
	"builtins", "ctypes", "importlib", "marshal", "nt", "os", "pickle", "posix", "pty", "runpy", "shutil",
	"subprocess", "sys", "testing", "testutils", "tests",
}

# calls are last parts of names that a stream has no reason to call, whatever the module: honest ones
# call classes and functions that rebuild objects.
calls := {
	"Client", "LazyModule", "SSHCluster", "_LazyModule",
	"call", "compile", "connect", "download", "dump", "dumps", "fetch", "from_pretrained", "init",
	"install",
	"instantiate", "memmap", "load", "load_data", "load_files", "load_model", "loads", "main", "open",
	"pipeline",
	"post", "remove", "rename", "request", "run", "save", "save_model", "start",
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
	"decimal.Decimal", "fractions.Fraction", "uuid.UUID", "uuid.SafeUUID", "zoneinfo.ZoneInfo._unpickle",
	"collections.ChainMap", "collections.UserDict", "collections.UserList", "collections.namedtuple",
	"builtins.property", "builtins.classmethod",
	"builtins.staticmethod", "functools.partial", "dill._dill._create_array", "operator.itemgetter",
	"_operator.itemgetter",
	"re._compile", "re.Pattern", "random.Random", "types.SimpleNamespace", "types.MappingProxyType",
	"types.GenericAlias", "io.BytesIO", "io.StringIO", "_io.BytesIO", "_io.StringIO", "logging.getLogger",
	"builtins.enumerate", "builtins.reversed", "builtins.zip",
	"itertools.chain", "itertools.count", "itertools.cycle", "itertools.islice", "itertools.repeat",
	"array.array", "array._array_reconstructor", "copy.copy", "copy.deepcopy",
	"_collections.OrderedDict", "_collections.deque", "_collections.defaultdict",
	"inspect._ParameterKind", "inspect._empty", "itertools.combinations",
	"itertools.combinations_with_replacement", "itertools.compress", "itertools.pairwise",
	"itertools.permutations", "itertools.product", "itertools.zip_longest", "types.EllipsisType",
	"types.MethodType", "types.NoneType", "types.NotImplementedType", "types.UnionType",
	"regex._regex.compile",
	"inspect.Parameter", "inspect.Signature", "string.Template", "ipaddress.IPv4Address",
	"time.struct_time",
	"pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath",
	"pathlib.PosixPath",
	"pathlib.WindowsPath", "pathlib._local.PosixPath", "pathlib._local.WindowsPath",
	"numpy.dtype", "numpy.ndarray", "numpy.core.multiarray._reconstruct",
	"numpy._core.multiarray._reconstruct", "numpy.core.multiarray.scalar",
	"numpy._core.multiarray.scalar", "numpy.core.numeric._frombuffer",
	"numpy._core.numeric._frombuffer", "numpy.matrix", "numpy.ma.core.MaskedArray",
	"numpy.ma.core._mareconstruct", "numpy.recarray", "numpy.rec.recarray", "numpy.record",
	"numpy.core.records.recarray", "numpy.core.records.record", "numpy.void", "numpy.object_",
	"numpy.random._pickle.__randomstate_ctor",
	"numpy.random._pickle.__bit_generator_ctor", "numpy.random._pickle.__generator_ctor",
	"numpy.random.__RandomState_ctor", "numpy.bool_", "numpy.bool", "numpy.int8", "numpy.int16",
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
	`^builtins\.[A-Z][A-Za-z]*(Error|Exception|Warning|Exit|Interrupt|Iteration)$`,
	`^(typing|enum|abc|numbers|dataclasses|collections\.abc)\.[A-Z][A-Za-z_]*$`,
	`^scipy\.sparse\.(_?[a-z]+\.)?(bsr|coo|csc|csr|dia|dok|lil)_(matrix|array)$`,
	`^(dateutil\.tz\.tz\.tz\w+|pytz\._(UTC|p))$`,
	`^(math|cmath|statistics)\.[a-z0-9_]+$`,
	`^numpy\.dtypes\.[A-Z][A-Za-z0-9]*DType$`,
}

# values are families of names that hold values, of modules that otherwise work on the system. Making
# one runs nothing.
values := {
	`^ast\.[A-Z][A-Za-z]*$`,
	`^configparser\.[A-Z][A-Za-z]*(\.get[a-z]*)?$`,
	`^csv\.(Dialect|excel|excel_tab|unix_dialect)$`,
	`^difflib\.SequenceMatcher$`,
	`^email\.(message\.(Email)?Message|_policybase\.Compat32|policy\.EmailPolicy|header\.Header)$`,
	`^http\.(HTTPMethod|HTTPStatus)(\.[A-Z_]+)?$`,
	`^(http\.cookiejar|requests\.cookies|requests\.structures)\.[A-Z][A-Za-z]*$`,
	`^inspect\._ParameterKind\.[A-Z_]+$`,
	`^os\.(stat_result|terminal_size|times_result|uname_result)$`,
	`^_?operator\.(or_|and_|xor|add|sub|mul|truediv|floordiv|mod|pow|neg|pos|invert|abs|not_)$`,
	`^_?operator\.(eq|ne|lt|le|gt|ge)$`,
	`^urllib\.parse\.(Defrag|Parse|Split)Result(Bytes)?$`,
}

# packages are the libraries whose classes models are made of.
packages := {
	"PIL", "accelerate", "addict", "albumentations", "apex", "astropy", "autogluon",
	"bertopic", "bidict", "bitsandbytes", "botorch", "catboost", "category_encoders", "chex",
	"clip", "colossalai", "cudf", "cuml", "cupy", "darts", "dask", "datasets", "dateutil",
	"deepspeed", "detectron2", "diffusers", "easydict", "einops", "espnet", "espnet2",
	"fairseq", "fastai", "fastcore", "feature_engine", "flair", "flax", "formulaic",
	"frozendict", "gensim", "geopandas", "gpytorch", "gym", "gymnasium", "hdbscan", "hmmlearn",
	"imblearn", "jax", "keras", "keybert", "kornia", "lifelines", "lightgbm", "lightning",
	"lightning_fabric", "lightning_utilities", "lmfit", "matplotlib", "megatron", "mlxtend",
	"mmcls", "mmcv", "mmdet", "mmengine", "mmocr", "mmpose", "mmpretrain", "mmseg", "monai",
	"mpl_toolkits", "multidict", "munch", "nemo", "networkx", "nltk", "numpy", "omegaconf",
	"open3d", "open_clip", "optax", "optuna", "pandas", "patsy", "peft", "pmdarima", "polars",
	"prophet", "pyarrow", "pynndescent", "pyod", "pyro", "pytorch_lightning", "pytz", "river",
	"sb3_contrib", "scipy", "segmentation_models_pytorch", "sentence_transformers", "shap",
	"shapely", "skimage", "sklearn", "sklearn_pandas", "sktime", "sortedcontainers", "spacy",
	"sparse", "speechbrain", "stable_baselines3", "statsmodels", "sympy", "tensorflow",
	"thinc", "timm", "tokenizers", "torch", "torch_geometric", "torchaudio", "torchmetrics",
	"torchtext", "torchvision", "transformers", "trl", "tslearn", "ultralytics", "umap",
	"xarray", "xgboost", "yolov5",
}

# standard are the other modules of Python's standard library, which hold and compute values.
standard := {
	"_abc", "_bisect", "_codecs", "_collections", "_collections_abc", "_contextvars",
	"_datetime", "_decimal", "_functools", "_hashlib", "_heapq", "_json", "_operator", "_pydecimal",
	"_queue", "_random", "_sre", "_statistics", "_string", "_struct", "_typing", "_weakref",
	"_weakrefset", "_zoneinfo", "abc", "argparse", "array", "base64", "binascii", "bisect",
	"builtins", "calendar", "codecs", "collections", "colorsys", "contextvars", "copy",
	"copyreg", "dataclasses", "datetime", "decimal", "enum", "errno", "fractions", "functools",
	"graphlib", "hashlib", "heapq", "hmac", "html", "ipaddress", "itertools", "json", "keyword",
	"numbers", "operator", "pprint", "queue", "random", "re", "reprlib", "secrets",
	"sre_compile", "string", "struct", "textwrap", "time", "token", "typing",
	"unicodedata", "weakref", "zoneinfo",
}

# libraries are packages that are installed beside models and that no model is made of.
libraries := {
	"airflow", "attr", "boto3", "botocore", "bs4", "caffe2", "celery", "chainer",
	"click", "comtypes", "cryptography", "ctranslate2", "cv2", "distributed", "django", "docker",
	"evaluate", "fastapi", "flask", "gcsfs", "gevent", "gguf", "git", "gradio", "h5netcdf", "h5py",
	"joblib", "kubernetes", "langchain", "llama_cpp", "llvmlite", "lxml", "mlflow",
	"mxnet", "netCDF4", "numba", "onnx", "onnxruntime", "paddle", "psycopg2", "pybind11",
	"pydantic", "pymongo", "pymysql", "pywintypes", "ray", "redis", "ruamel", "s3fs", "safetensors",
	"scrapy", "selenium", "sentencepiece", "skops", "sqlalchemy", "streamlit", "tables",
	"tensorboard", "tensorboardX", "theano", "tiktoken", "torchdata", "tornado", "tqdm", "twisted",
	"typer", "uvicorn", "vllm", "wandb", "webdataset", "werkzeug", "win32com", "wmi", "zarr", "zmq",
}

# known are the modules of which it is known what honest pickles call.
known := packages | (libraries | standard)

# estimators are classes of model libraries: what scikit-learn and its neighbours pickle.
estimators := {
	`^(sklearn|imblearn)(\.[a-z_0-9]+)+\.[A-Z][A-Za-z0-9]*$`,
	`^sklearn\.(neighbors|metrics)(\.[a-z_0-9]+)*\.newObj$`,
	`^(sklearn\.externals\.)?joblib\.numpy_pickle\.(Numpy(Array|DArray)Wrapper|NDArrayWrapper)$`,
}

# rebuilders are functions that libraries use to rebuild their own objects.
rebuilders := `\.(__pyx_unpickle_\w+|\w*_unpickle\w*|__new__|_(create|make)_\w+|_new_\w+|_?re(construct|build|create)\w*|new_block\w*|newObj|_make_skel_func_|_?\w+_constructor|[a-z]_?[A-Z]\w*)$`

# class is the last part of a name that is a class, by the way Python code is written.
class := `\._?[A-Z][A-Za-z0-9_]*$`

# profiles are the patterns that a profile allows beyond the pure names.
profiles := {"weights-only": pure_patterns, "sklearn": (pure_patterns | estimators)}

# _prefixes are a dotted name and every module above it.
_prefixes(name) := {prefix |
	parts := split(name, ".")
	some n in numbers.range(1, count(parts))
	prefix := concat(".", array.slice(parts, 0, n))
}

_top(name) := split(name, ".")[0]

_last(name) := regex.replace(name, `^.*\.`, "")

# dangers says why a resolved name runs code; empty when nothing is known against it.
dangers(found) := reasons if {
	not _harmless(found)
	special := (_listed(found.qualified) | _ended(found)) | (_passing(found) | _behind(found))
	reasons := special | {reason |
		count(special) == 0
		some reason in _gadget(found)
	}
}

dangers(found) := set() if _harmless(found)

# guessed holds when nothing but its last part is against a name, and the file does not call it:
# an eval or a download of a module that nobody knows may be another one.
guessed(found) if {
	found.mode == "ref"
	known := (_listed(found.qualified) | _passing(found)) | _behind(found)
	count(known) == 0
}

# namers are functions that give what their arguments name.
namers := {
	"builtins.getattr", "cloudpickle.cloudpickle._builtin_type", "dill._dill._create_namedtuple",
	"dill._dill._load_type",
}

_harmless(found) if {
	found.qualified in pure
	found.state != "computed"
}

_harmless(found) if {
	found.state != "computed"
	some pattern in values
	regex.match(pattern, found.qualified)
}

# What the arguments name is in the list itself.
_harmless(found) if {
	found.qualified in namers
	object.get(found, "args", "") == "(name that is listed)"
}

# Whoever uses the object names what it is used on: here it is only made.
_harmless(found) if {
	found.qualified in {"operator.attrgetter", "_operator.attrgetter"}
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\("[A-Za-z]\w*(\.[A-Za-z]\w*)*"(, "[A-Za-z]\w*(\.[A-Za-z]\w*)*")*\)$`, call)
		every word in regex.find_n(`\w+`, call, -1) {
			not _runs(word)
		}
	}
}

_harmless(found) if {
	found.qualified in {"operator.methodcaller", "_operator.methodcaller"}
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\("[A-Za-z]\w*"`, call)
		not _runs(regex.find_n(`\w+`, call, 1)[0])
	}
}

# How Python writes a type that is one of several, and the flags of a set.
_harmless(found) if {
	found.qualified in {"functools.reduce", "_functools.reduce"}
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\(_?operator\.or_, `, call)
	}
}

# The values that dill writes as text.
_harmless(found) if {
	found.qualified == "dill._dill._eval_repr"
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\("(range\([-0-9, ]*\)|Ellipsis|NotImplemented)"\)$`, call)
	}
}

_runs(word) if ends[word]

_runs(word) if word in (passages | calls)

# A pickle in the argument was read like the rest of the file: what it names is in the list itself.
_harmless(found) if {
	found.qualified == "torch.storage._load_from_bytes"
	object.get(found, "args", "") == "(pickle that was read)"
}

# The iterator of a container or a text, and the type of a constant, which have no other name.
_harmless(found) if {
	found.qualified == "builtins.iter"
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\(([^,".]+|"[^"]*")?\)$`, call)
	}
}

# A generic type, such as List[int].
_harmless(found) if {
	found.qualified in {"operator.getitem", "_operator.getitem"}
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\((typing|collections\.abc|builtins)\.\w+, `, call)
	}
}

_harmless(found) if {
	found.qualified == "builtins.type"
	every call in split(object.get(found, "args", ""), "; ") {
		call in {"(constant)", "(builtins.Ellipsis)", "(builtins.NotImplemented)"}
	}
}

# Functions of TorchScript's own pickles.
_harmless(found) if regex.match(`^torch\.jit\._pickle\.(build_[a-z_]+|restore_type_tag)$`, found.qualified)

# A function of numpy or scipy that is written in C.
_harmless(found) if {
	found.qualified in {"numpy.core._ufunc_reconstruct", "numpy._core._ufunc_reconstruct"}
	every call in split(object.get(found, "args", ""), "; ") {
		regex.match(`^\("(numpy|scipy\.special)[\w.]*", "[a-z]\w*"\)$`, call)
		not _ends_badly(call)
	}
}

_ends_badly(call) if split(call, `"`)[count(split(call, `"`)) - 2] in {name | some name, _ in ends}

_listed(name) := {reason |
	some prefix in _prefixes(name)
	some list in [exec, loaders]
	reason := list[prefix]
} | {"works on the system, not on data" | _top(name) in system}

_ended(found) := ({reason | reason := ends[_last(found.qualified)]} | {reason |
	object.get(found, "mode", "") == "call"
	_last(found.qualified) in calls
	reason := "works on the system, not on data"
}) | {"works on the system, not on data" |
	object.get(found, "mode", "") == "call"
	regex.match(payloads.doer, found.qualified)
}

_passing(found) := ({"reaches a module that runs code" |
	parts := split(found.qualified, ".")
	some part in array.slice(parts, 1, count(parts))
	trim_left(part, "_") in passages
} | {"reaches a module that runs code" |
	some step in array.slice(_steps(found), 0, count(_steps(found)) - 1)
	_runs_code(step)
}) | {"reaches through a module" |
	not _kept(found)
	some n, step in array.slice(_steps(found), 0, count(_steps(found)) - 1)
	regex.match(`^_*[a-z]`, step)
	not concat(".", array.concat([found.module], array.slice(_steps(found), 0, n + 1))) in pure
}

_steps(found) := split(object.get(found, "name", ""), ".")

_runs_code(module) if exec[module]

_runs_code(module) if loaders[module]

_runs_code(module) if module in system

# _kept is an attribute of what a known library makes that is kept and not called: a method of an
# object, or of a class with a small first letter.
_kept(found) if {
	found.mode == "ref"
	_top(found.qualified) in packages
}

# _gadget is a call of a known library that no honest file makes: of a function that rebuilds no object,
# or with a place from which to read.
_gadget(found) := ((({"calls a function that rebuilds nothing" |
	_calls_known(found)
	not regex.match(class, found.qualified)
	not regex.match(rebuilders, found.qualified)
} | {reason |
	_calls_known(found)
	some reason in payloads.placed(object.get(found, "args", ""))
}) | {reason |
	_calls(found)
	some reason in payloads.given(object.get(found, "args", ""))
}) | {reason |
	_calls_unknown(found)
	some reason in (payloads.says(found.qualified) | payloads.placed(object.get(found, "args", "")))
}) | {"calls a method of a class" |
	_calls_unknown(found)
	regex.match(`\.[A-Z]\w*\.\w+$`, found.qualified)
	not regex.match(`\._?from_\w+$`, found.qualified)
}

_calls(found) if {
	object.get(found, "mode", "") == "call"
	every pattern in pure_patterns {
		not regex.match(pattern, found.qualified)
	}
}

_calls_known(found) if {
	_calls(found)
	_top(found.qualified) in known
}

# Objects of the standard library are rebuilt by calls; what makes one without is no class.
_calls_known(found) if {
	found.mode == "new"
	_top(found.qualified) in standard
	not regex.match(class, found.qualified)
}

# _calls_unknown is the call of a function that rebuilds nothing by its name.
_calls_unknown(found) if {
	_calls(found)
	not _top(found.qualified) in known
	not regex.match(class, found.qualified)
	not regex.match(rebuilders, found.qualified)
}

_behind(found) := {"is named when the file is loaded" | found.state == "computed"} | {reason |
	some part in split(found.qualified, ".")
	regex.match(`^__.*__$`, part)
	not part in {"__main__", "__mp_main__", "__torch__"}
	not _makes_an_object(found.qualified)
	reason := "reaches behind the object"
}

# _makes_an_object is __new__ of a class: how older protocols write what needs it.
_makes_an_object(name) if regex.match(_maker, name)

_makes_an_object(name) if {
	endswith(name, ".__new__")
	trim_suffix(name, ".__new__") in pure
}

_maker := `^([A-Za-z_]\w*\.)*_?[A-Z]\w*\.(__new__|_unpickle)$`

# allowed holds when a profile, or the list of a team, allows the name.
allowed(found, _, _) if found.qualified in pure

allowed(found, _, _) if _harmless(found)

allowed(found, _, more) if found.qualified in {name | some name in more}

allowed(found, active, _) if {
	some profile in active
	some pattern in profiles[profile]
	regex.match(pattern, found.qualified)
}

# Values of the standard library, and its functions where they are kept and not called.
allowed(found, _, _) if {
	_top(found.qualified) in standard
	_value(found)
	count(dangers(found)) == 0
}

# frameworks: classes of libraries, what rebuilds them, and functions that are kept but not called.
allowed(found, active, _) if {
	"frameworks" in active
	_top(found.qualified) in packages
	_of_framework(found)
}

# objects: instances of classes, of any library and of the repository itself. Making one calls
# __new__ and __setstate__ of a class that has to be there already. BUILD of a class changes the
# class, and is not among them.
allowed(found, active, _) if {
	"objects" in active
	found.mode == "new"
}

allowed(found, active, _) if {
	"objects" in active
	found.mode == "ref"
	regex.match(class, found.qualified)
}

# Members of enums, and methods of the class that an object has to be of.
allowed(found, active, _) if {
	"objects" in active
	found.mode == "ref"
	regex.match(`\._?[A-Z]\w*\.\w+$`, found.qualified)
}

allowed(found, active, _) if {
	"objects" in active
	_makes_an_object(found.qualified)
}

# An exception is written as a call of its class.
allowed(found, active, _) if {
	"objects" in active
	regex.match(`\._?[A-Z]\w*(Error|Exception|Warning)$`, found.qualified)
}

_value(found) if found.mode == "ref"

_value(found) if {
	found.mode in {"call", "new"}
	regex.match(class, found.qualified)
}

_of_framework(found) if regex.match(class, found.qualified)

_of_framework(found) if regex.match(rebuilders, found.qualified)

_of_framework(found) if found.mode in {"ref", "new"}
