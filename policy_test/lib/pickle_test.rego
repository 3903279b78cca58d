package pickle_test

import future.keywords.not

import data.mlpolicy.lib.pickle

# runs are names that run code, in one way or another.
runs := {
	"posix.system", "os.system", "subprocess.Popen", "builtins.eval", "builtins.getattr",
	"importlib.import_module", "pkgutil.resolve_name", "runpy.run_path", "operator.methodcaller",
	"pip.main", "pip._internal.main", "torch.load", "torch.hub.load",
	"torch.storage._load_from_bytes", "numpy.load", "pickle.loads", "marshal.loads", "dill.loads",
	"types.FunctionType", "types.CodeType", "ctypes.CDLL", "cProfile.runctx", "timeit.timeit",
	"idlelib.run.Executive.runcode", "asyncio.unix_events._UnixSubprocessTransport._start",
	"uuid._get_command_stdout", "logging.FileHandler", "_io.FileIO", "urllib.request.urlopen",
	"torch.utils.collect_env.run", "torch.jit._script.execWrapper", "numpy.f2py.crackfortran.getlincoef",
	"collections.OrderedDict.__class__", "torch.serialization.os.system.__call__",
	"numpy.core._ufunc_reconstruct", "telnetlib.Telnet", "mailcap.findmatch",
	"acme.tools.Popen", "acme.tools.check_output", "random._os.system", "acme.sys", "acme._subprocess.run",
	"pathlib.Path.write_text", "uuid.getnode", "sklearn.utils._testing.assert_run_python_script",
}

test_runs[name] if {
	some name in runs
	count(pickle.dangers({"qualified": name, "state": "resolved"})) > 0
}

data_only := pickle.pure | {
	"torch.FloatStorage", "torch.cuda.HalfStorage", "torch.bfloat16", "torch.float8_e4m3fn",
	"torch.strided", "numpy.dtypes.Float32DType",
}

test_data_is_allowed[name] if {
	some name in data_only
	found := {"qualified": name, "state": "resolved"}
	count(pickle.dangers(found)) == 0
	pickle.allowed(found, ["weights-only"], [])
}

# harmless are names that would run code with other arguments, or as part of a longer name.
harmless := {
	"pickle that was read": {"qualified": "torch.storage._load_from_bytes", "args": "(pickle that was read)", "state": "resolved"},
	"bound method": {"qualified": "builtins.getattr", "mode": "call", "args": "(name that is listed)", "state": "resolved"},
	"types of dill": {"qualified": "dill._dill._load_type", "mode": "call", "args": "(name that is listed)", "state": "resolved"},
	"named tuple of dill": {"qualified": "dill._dill._create_namedtuple", "mode": "call", "args": "(name that is listed)", "state": "resolved"},
	"types of cloudpickle": {"qualified": "cloudpickle.cloudpickle._builtin_type", "mode": "call", "args": "(name that is listed)", "state": "resolved"},
	"method of a list": {"qualified": "builtins.list.remove", "module": "builtins", "name": "list.remove", "mode": "ref", "state": "resolved"},
	"method of what a library makes": {"qualified": "scipy.x.interp1d._linear", "module": "scipy.x", "name": "interp1d._linear", "mode": "ref", "state": "resolved"},
	"new object": {"qualified": "acme.net.Net.__new__", "module": "acme.net", "name": "Net.__new__", "mode": "call", "state": "resolved"},
	"new object of a built-in type": {"qualified": "builtins.tuple.__new__", "module": "builtins", "name": "tuple.__new__", "mode": "call", "state": "resolved"},
	"new object of a private module": {"qualified": "_acme._net._Net.__new__", "module": "_acme._net", "name": "_Net.__new__", "mode": "ref", "state": "resolved"},
	"getter of attributes": {"qualified": "operator.attrgetter", "mode": "call", "args": `("name"); ("a.b", "c")`, "state": "resolved"},
	"getter of attributes in C": {"qualified": "_operator.attrgetter", "mode": "call", "args": `("name")`, "state": "resolved"},
	"caller of a method": {"qualified": "operator.methodcaller", "mode": "call", "args": `("get", "k", 0); ("strip")`, "state": "resolved"},
	"caller of a method in C": {"qualified": "_operator.methodcaller", "mode": "call", "args": `("strip")`, "state": "resolved"},
	"type that is one of two": {"qualified": "functools.reduce", "mode": "call", "args": "(operator.or_, tuple of 2)", "state": "resolved"},
	"flags of a set": {"qualified": "_functools.reduce", "mode": "call", "args": "(_operator.or_, tuple of 2); (operator.or_, list)", "state": "resolved"},
	"values as text": {"qualified": "dill._dill._eval_repr", "mode": "call", "args": `("range(0, 6)"); ("Ellipsis"); ("NotImplemented")`, "state": "resolved"},
	"iterator of a text": {"qualified": "builtins.iter", "mode": "call", "args": `("a,b"); ()`, "state": "resolved"},
	"type of a constant": {"qualified": "builtins.type", "mode": "call", "args": "(builtins.Ellipsis); (builtins.NotImplemented)", "state": "resolved"},
	"class of the standard library": {"qualified": "datetime.Tz", "mode": "new", "state": "resolved"},
	"function of somebody with a text": {"qualified": "acme.net.make", "mode": "call", "args": `("x")`, "state": "resolved"},
	"function of somebody that rebuilds": {"qualified": "acme.net._rebuild_import", "mode": "call", "args": `("/x")`, "state": "resolved"},
	"class of somebody with a path": {"qualified": "acme.net.Import", "mode": "call", "args": `("/x")`, "state": "resolved"},
	"function of somebody that is kept": {"qualified": "acme.net.run_all", "mode": "ref", "args": "", "state": "resolved"},
	"method from a state": {"qualified": "acme.net.Net.from_state", "mode": "call", "args": "(dict)", "state": "resolved"},
	"class that works, not made": {"qualified": "acme.net.Runner", "mode": "new", "state": "resolved"},
	"mapped array": {"qualified": "numpy.memmap", "mode": "ref", "state": "resolved"},
	"ufunc": {"qualified": "numpy.core._ufunc_reconstruct", "args": `("numpy", "log1p")`, "state": "resolved"},
	"ufunc of numpy 2": {"qualified": "numpy._core._ufunc_reconstruct", "args": `("scipy.special", "expit")`, "state": "resolved"},
	"TorchScript": {"qualified": "torch.jit._pickle.build_intlist", "state": "resolved"},
	"class of TorchScript": {"qualified": "__torch__.torch.nn.Linear", "mode": "new", "state": "resolved"},
	"class of a class": {"qualified": "acme.Net.Config", "name": "Net.Config", "mode": "new", "state": "resolved"},
	"load that is not called": {"qualified": "acme.load", "mode": "ref", "state": "resolved"},
	"main module": {"qualified": "__main__.Net", "mode": "new", "state": "resolved"},
	"partial": {"qualified": "functools.partial", "mode": "call", "state": "resolved"},
	"iterator": {"qualified": "builtins.iter", "mode": "call", "args": "(list); (tuple of 2)", "state": "resolved"},
	"generic type": {"qualified": "operator.getitem", "mode": "call", "args": "(typing.List, builtins.int); (builtins.list, builtins.int)", "state": "resolved"},
	"generic type in C": {"qualified": "_operator.getitem", "mode": "call", "args": "(collections.abc.Iterable, builtins.int)", "state": "resolved"},
	"type of nothing": {"qualified": "builtins.type", "mode": "call", "args": "(constant)", "state": "resolved"},
	"function that rebuilds": {"qualified": "pandas.core.indexes.base._new_Index", "mode": "call", "args": "(dict)", "state": "resolved"},
	"other ways to rebuild": {"qualified": "astropy.units.core._recreate_irreducible_unit", "mode": "call", "state": "resolved"},
	"constructor": {"qualified": "matplotlib.cbook._picklable_class_constructor", "mode": "call", "state": "resolved"},
	"class in C": {"qualified": "statsmodels.tsa.statespace._kalman_filter.dKalmanFilter", "mode": "call", "state": "resolved"},
	"class with a text": {"qualified": "tokenizers.AddedToken", "mode": "call", "args": `("<s>/x")`, "state": "resolved"},
	"function that is kept": {"qualified": "torch.nn.functional.relu", "mode": "ref", "args": "", "state": "resolved"},
	"path of an error": {"qualified": "builtins.OSError", "mode": "call", "args": `(2, "/x")`, "state": "resolved"},
	"function of numbers": {"qualified": "math.sqrt", "mode": "call", "args": "(2)", "state": "resolved"},
}

test_harmless[name] if {
	some name, found in harmless
	count(pickle.dangers(found)) == 0
}

# twins differ from the harmless ones in one thing.
twins := {
	"pickle that was not read": {"qualified": "torch.storage._load_from_bytes", "args": "(900 bytes)", "state": "resolved"},
	"mapped file": {"qualified": "numpy.memmap", "mode": "call", "state": "resolved"},
	"chosen when it is loaded": {"qualified": "builtins.getattr", "mode": "call", "args": `(a.B, the result of a call)`, "state": "resolved"},
	"private attribute": {"qualified": "acme.net.Net.__globals__", "module": "acme.net", "name": "Net.__globals__", "mode": "ref", "state": "resolved"},
	"base of a class": {"qualified": "acme.net.Net.__base__", "module": "acme.net", "name": "Net.__base__", "mode": "ref", "state": "resolved"},
	"new object of a module": {"qualified": "acme.net.__new__", "module": "acme", "name": "net.__new__", "mode": "ref", "state": "resolved"},
	"module of a module": {"qualified": "torch.serialization.socket", "module": "torch", "name": "serialization.socket.x", "mode": "ref", "state": "resolved"},
	"loader of a module": {"qualified": "torch.serialization.dill.x", "module": "torch", "name": "serialization.dill.x", "mode": "ref", "state": "resolved"},
	"system of a module": {"qualified": "torch.serialization.gzip.x", "module": "torch", "name": "serialization.gzip.x", "mode": "ref", "state": "resolved"},
	"method of somebody's object": {"qualified": "acme.x.interp._linear", "module": "acme.x", "name": "interp._linear", "mode": "ref", "state": "resolved"},
	"method that is called": {"qualified": "scipy.x.interp1d._linear", "module": "scipy.x", "name": "interp1d._linear", "mode": "call", "state": "resolved"},
	"getter of what runs": {"qualified": "operator.attrgetter", "mode": "call", "args": `("name"); ("system")`, "state": "resolved"},
	"getter of what runs behind": {"qualified": "operator.attrgetter", "mode": "call", "args": `("name", "os.x")`, "state": "resolved"},
	"getter of what is hidden": {"qualified": "operator.attrgetter", "mode": "call", "args": `("__globals__")`, "state": "resolved"},
	"getter of what is hidden behind": {"qualified": "operator.attrgetter", "mode": "call", "args": `("a", "b.__globals__")`, "state": "resolved"},
	"getter of more": {"qualified": "operator.attrgetter", "mode": "call", "args": `("name"); ...`, "state": "resolved"},
	"getter that is kept": {"qualified": "operator.attrgetter", "mode": "ref", "args": "", "state": "resolved"},
	"caller of what runs": {"qualified": "operator.methodcaller", "mode": "call", "args": `("popen", "id")`, "state": "resolved"},
	"caller of what loads": {"qualified": "operator.methodcaller", "mode": "call", "args": `("load")`, "state": "resolved"},
	"caller of what is hidden": {"qualified": "operator.methodcaller", "mode": "call", "args": `("__call__")`, "state": "resolved"},
	"reduction of calls": {"qualified": "functools.reduce", "mode": "call", "args": "(operator.or_, tuple of 2); (acme.f, list)", "state": "resolved"},
	"text of code": {"qualified": "dill._dill._eval_repr", "mode": "call", "args": `("range(f())")`, "state": "resolved"},
	"iterator of two texts": {"qualified": "builtins.iter", "mode": "call", "args": `("a", "b")`, "state": "resolved"},
	"type of another constant": {"qualified": "builtins.type", "mode": "call", "args": "(acme.Ellipsis)", "state": "resolved"},
	"value that is computed": {"qualified": "os.stat_result", "mode": "call", "state": "computed"},
	"function made like an object": {"qualified": "itertools.thing", "mode": "new", "state": "resolved"},
	"function of somebody with a path": {"qualified": "acme.net.make", "mode": "call", "args": `("/x")`, "state": "resolved"},
	"function of somebody with a file": {"qualified": "acme.net.make", "mode": "call", "args": `("more/weights-2.pkl")`, "state": "resolved"},
	"class of somebody with code": {"qualified": "acme.net.Net", "mode": "call", "args": `("import os; x")`, "state": "resolved"},
	"function that runs by its name": {"qualified": "acme.net._run_all", "mode": "call", "args": "(1)", "state": "resolved"},
	"function that loads by its name": {"qualified": "acme.net.load_plugin", "mode": "call", "args": "(1)", "state": "resolved"},
	"method of a class": {"qualified": "acme.net.Net.apply", "mode": "call", "args": "(1)", "state": "resolved"},
	"class that works": {"qualified": "acme.net.Runner", "mode": "call", "args": "(1)", "state": "resolved"},
	"class that works of a library": {"qualified": "gensim.net.Client", "mode": "call", "args": "(1)", "state": "resolved"},
	"no arguments known": {"qualified": "builtins.getattr", "state": "resolved"},
	"ufunc of os": {"qualified": "numpy.core._ufunc_reconstruct", "args": `("os", "nice")`, "state": "resolved"},
	"ufunc that runs": {"qualified": "numpy.core._ufunc_reconstruct", "args": `("numpy.os", "system")`, "state": "resolved"},
	"other function of TorchScript": {"qualified": "torch.jit._pickle.x", "state": "resolved"},
	"through a module": {"qualified": "acme.net.Config", "name": "net.Config", "mode": "new", "state": "resolved"},
	"load that is called": {"qualified": "acme.load", "mode": "call", "state": "resolved"},
	"computed": {"qualified": "collections.OrderedDict", "mode": "ref", "state": "computed"},
	"iterator of calls": {"qualified": "builtins.iter", "mode": "call", "args": "(list); (acme.net.make, 0)", "state": "resolved"},
	"iterator of a call": {"qualified": "builtins.iter", "mode": "call", "args": "(acme.net.Net())", "state": "resolved"},
	"item of an object": {"qualified": "operator.getitem", "mode": "call", "args": "(typing.List, builtins.int); (collections.defaultdict(), 1)", "state": "resolved"},
	"item of an object in C": {"qualified": "_operator.getitem", "mode": "call", "args": "(collections.abc.Iterable(), 1)", "state": "resolved"},
	"type of an object": {"qualified": "builtins.type", "mode": "call", "args": "(constant); (acme.net.Net())", "state": "resolved"},
	"new type": {"qualified": "builtins.type", "mode": "call", "args": `("X", tuple of 0, dict)`, "state": "resolved"},
	"function of a library": {"qualified": "pandas.core.frame.query", "mode": "call", "args": "(dict)", "state": "resolved"},
	"class with a path": {"qualified": "lightgbm.Booster", "mode": "call", "args": `(constant, "/x")`, "state": "resolved"},
	"class with a path in the home": {"qualified": "lightgbm.Booster", "mode": "call", "args": `("~/x")`, "state": "resolved"},
	"class with a path above": {"qualified": "lightgbm.Booster", "mode": "call", "args": `("../x")`, "state": "resolved"},
	"class with a path here": {"qualified": "lightgbm.Booster", "mode": "call", "args": `("./x")`, "state": "resolved"},
	"class with an address": {"qualified": "lightgbm.Booster", "mode": "call", "args": `("https://evil.example")`, "state": "resolved"},
	"class with a share": {"qualified": "lightgbm.Booster", "mode": "call", "args": `("\\\\host\\x")`, "state": "resolved"},
	"function of a list of numbers": {"qualified": "random.choice", "mode": "call", "args": "(2)", "state": "resolved"},
}

test_twins_are_dangerous[name] if {
	some name, found in twins
	count(pickle.dangers(found)) > 0
}

test_reason if {
	pickle.dangers({"qualified": "acme.Popen", "state": "resolved"}) == {"runs commands"}
	pickle.dangers({"qualified": "cgi.x", "state": "resolved"}) == {"works on the system, not on data"}
	pickle.dangers({"qualified": "acme.os", "state": "resolved"}) == {"reaches a module that runs code"}
}

test_frameworks[name] if {
	some name, mode in {
		"transformers.trainer_utils.IntervalStrategy": "call",
		"ultralytics.nn.tasks.DetectionModel": "new",
		"pandas._libs.arrays.__pyx_unpickle_NDArrayBacked": "call",
		"torch.nn.functional.relu": "ref",
		"scipy.stats._continuous_distns.norm_gen": "new",
	}
	found := {"qualified": name, "mode": mode, "state": "resolved"}
	count(pickle.dangers(found)) == 0
	pickle.allowed(found, ["frameworks"], [])
	not pickle.allowed(found, ["weights-only"], [])
}

test_frameworks_do_not_cover[name] if {
	some name, mode in {"torch.nn.functional.relu": "call", "acme.Net": "call", "acme.relu": "ref"}
	not pickle.allowed({"qualified": name, "mode": mode, "state": "resolved"}, ["frameworks", "objects"], [])
}

test_values_of_the_standard_library if {
	pickle.allowed({"qualified": "json.dumps", "mode": "ref", "state": "resolved"}, [], [])
	pickle.allowed({"qualified": "ipaddress.IPv4Network", "mode": "call", "state": "resolved"}, [], [])
	not pickle.allowed({"qualified": "json.dumps", "mode": "call", "state": "resolved"}, [], [])
	not pickle.allowed({"qualified": "acme.IPv4Network", "mode": "call", "state": "resolved"}, [], [])
	not pickle.allowed({"qualified": "ipaddress.IPv4Network", "mode": "build", "state": "resolved"}, [], [])
	not pickle.allowed({"qualified": "typing.get_type_hints", "mode": "ref", "state": "resolved"}, [], [])
}

test_reason_of_a_gadget if {
	pickle.dangers({"qualified": "pandas.make", "mode": "call", "state": "resolved"}) == {"calls a function that rebuilds nothing"}
	pickle.dangers({"qualified": "pandas.Make", "mode": "call", "args": `("/x")`, "state": "resolved"}) == {"is given a path or an address"}
}

test_objects if {
	pickle.allowed({"qualified": "acme.net.Net", "mode": "new", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.Net", "mode": "call", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.Net", "mode": "new", "state": "resolved"}, ["frameworks"], [])
	pickle.allowed({"qualified": "acme.net.net", "mode": "new", "state": "resolved"}, ["objects"], [])
	pickle.allowed({"qualified": "acme.net.Color.red", "mode": "ref", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.Color.red", "mode": "call", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.Color.red", "mode": "ref", "state": "resolved"}, ["frameworks"], [])
	not pickle.allowed({"qualified": "acme.net.color.red", "mode": "ref", "state": "resolved"}, ["objects"], [])
	pickle.allowed({"qualified": "acme.net.Net.__new__", "mode": "call", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.Net.__new__", "mode": "call", "state": "resolved"}, ["weights-only"], [])
	pickle.allowed({"qualified": "acme.net.NetError", "mode": "call", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.NetError", "mode": "call", "state": "resolved"}, ["weights-only"], [])
	not pickle.allowed({"qualified": "acme.net.neterror", "mode": "call", "state": "resolved"}, ["objects"], [])
	pickle.allowed({"qualified": "acme.net.Net", "mode": "ref", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.make", "mode": "ref", "state": "resolved"}, ["objects"], [])
	not pickle.allowed({"qualified": "acme.net.Net", "mode": "build", "state": "resolved"}, ["objects"], [])
}

test_harmless_is_allowed if pickle.allowed(harmless["bound method"], [], [])

test_estimator_needs_its_profile if {
	found := {"qualified": "sklearn.ensemble._forest.RandomForestClassifier", "state": "resolved"}
	pickle.allowed(found, ["sklearn"], [])
	not pickle.allowed(found, ["weights-only"], [])
}

test_functions_of_libraries_are_not_allowed if {
	not pickle.allowed({"qualified": "sklearn.utils.check_array"}, ["sklearn"], [])
	not pickle.allowed({"qualified": "torch.nn.functional.relu"}, ["weights-only", "sklearn"], [])
}

test_own_name if pickle.allowed({"qualified": "acme.Net"}, [], ["acme.Net"])

test_nothing_is_allowed_and_dangerous[name] if {
	some name, _ in object.union(pickle.exec, pickle.loaders)
	not pickle.allowed({"qualified": name}, ["weights-only", "sklearn"], [])
}
