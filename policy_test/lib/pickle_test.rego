package pickle_test

import future.keywords.not

import data.mlpolicy.lib.pickle

# runs are names that run code, in one way or another.
runs := {
	"posix.system", "os.system", "subprocess.Popen", "builtins.eval", "builtins.getattr",
	"importlib.import_module", "pkgutil.resolve_name", "runpy.run_path", "operator.methodcaller",
	"functools.partial", "pip.main", "pip._internal.main", "torch.load", "torch.hub.load",
	"torch.storage._load_from_bytes", "numpy.load", "pickle.loads", "marshal.loads", "dill.loads",
	"types.FunctionType", "types.CodeType", "ctypes.CDLL", "cProfile.runctx", "timeit.timeit",
	"idlelib.run.Executive.runcode", "asyncio.unix_events._UnixSubprocessTransport._start",
	"uuid._get_command_stdout", "logging.FileHandler", "_io.FileIO", "urllib.request.urlopen",
	"torch.utils.collect_env.run", "torch.jit._script.execWrapper", "numpy.f2py.crackfortran.getlincoef",
	"collections.OrderedDict.__class__", "torch.serialization.os.system.__call__",
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
