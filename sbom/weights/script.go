package weights

import (
	"cmp"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// scriptCalls are calls of Python code that ships inside a model archive and that whoever
// serves or opens the archive imports: the handler of TorchServe, the sources of
// torch.package. They say what a call does, by its full name after imports: a name stands for
// all below it.
var scriptCalls = map[string]string{
	"exec": "code", "eval": "code", "compile": "code", "execfile": "code", "__import__": "code",
	"builtins.exec": "code", "builtins.eval": "code", "builtins.compile": "code", "builtins.__import__": "code",
	"os.system": "code", "os.popen": "code", "os.execv": "code", "os.execve": "code", "os.execvp": "code", "os.execl": "code", "os.execlp": "code",
	"os.spawnv": "code", "os.spawnl": "code", "os.spawnlp": "code", "os.spawnvp": "code", "os.posix_spawn": "code", "os.dup2": "code",
	"posix.system": "code", "subprocess": "code", "commands": "code", "pty.spawn": "code", "asyncio.create_subprocess_shell": "code", "asyncio.create_subprocess_exec": "code",
	"ctypes.CDLL": "code", "ctypes.cdll": "code", "marshal.load": "code", "marshal.loads": "code", "types.FunctionType": "code", "types.CodeType": "code",
	"runpy": "code", "code.interact": "code", "code.InteractiveInterpreter": "code", "pickle.load": "pickle", "pickle.loads": "pickle", "dill.load": "pickle", "dill.loads": "pickle",
	"pip.main": "code", "pip._internal.main": "code",
	"socket.socket": "network", "socket.create_connection": "network", "telnetlib": "network", "paramiko": "network", "ftplib": "network", "smtplib": "network",
	"requests": "fetch", "urllib.request": "fetch", "httpx": "fetch", "aiohttp": "fetch", "importlib.import_module": "import",
}

// readHandler lists what a Python source of a model archive calls that runs code, opens
// connections or loads more. It runs when the archive is served: that it is there is a fact
// of its own.
func readHandler(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.Yes
	w.CoversFile = sbom.Yes
	text, err := readRange(r, 0, size, size, maxScript)
	if err != nil {
		return -1, err
	}
	addOperator(w, "module", "python", "script", 0)
	m := python.Parse("", text)
	names := importedNames(m.Body)
	python.InspectBody(m.Body, func(n python.Node) bool {
		if call, ok := n.(*python.Call); ok {
			name := calledName(call.Func, names)
			if kind := scriptKind(name); kind != "" {
				addOperator(w, name, "python", kind, int64(call.From))
			}
		}
		return true
	})
	if m.Truncated {
		return -1, faultf("too_large", -1, "Python source needs more work than the parser does")
	}
	return size, nil
}

// scriptKind is what a call of the name does, "" when nothing is known against it.
func scriptKind(name string) string {
	for {
		if kind := scriptCalls[name]; kind != "" {
			return kind
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return ""
		}
		name = name[:i]
		if !strings.ContainsRune(name, '.') && plainCalls[name] {
			return "" // a method of what exec or eval returns, or of a variable of that name
		}
	}
}

// plainCalls are built-in functions, which have nothing below them.
var plainCalls = map[string]bool{"exec": true, "eval": true, "compile": true, "execfile": true, "__import__": true}

// importedNames maps the names of a module to what its imports make of them. Imports inside
// of functions count for all of it.
func importedNames(body []python.Stmt) map[string]string {
	names := map[string]string{}
	python.InspectBody(body, func(n python.Node) bool {
		s, ok := n.(*python.Import)
		if !ok {
			return true
		}
		for _, a := range s.Names {
			switch as := cmp.Or(a.As, a.Name); {
			case s.From:
				names[as] = s.Module + "." + a.Name
			case a.As != "":
				names[as] = a.Name
			default: // import a.b binds a
				top, _, _ := strings.Cut(a.Name, ".")
				names[top] = top
			}
		}
		return true
	})
	return names
}

// calledName is the full name of what is called. getattr and __import__ of a text give the
// name that they stand for.
func calledName(e python.Expr, names map[string]string) string {
	switch x := e.(type) {
	case *python.Name:
		if full := names[x.ID]; full != "" {
			return full
		}
		if plainCalls[x.ID] || x.ID == "getattr" {
			return x.ID
		}
	case *python.Attribute:
		if base := calledName(x.X, names); base != "" {
			return base + "." + x.Attr
		}
	case *python.Call:
		switch calledName(x.Func, names) {
		case "__import__", "importlib.import_module":
			if s, ok := x.Arg("name", 0).(*python.Str); ok {
				return s.Value
			}
		case "getattr":
			if s, ok := x.Arg("", 1).(*python.Str); ok && len(x.Args) > 1 {
				if base := calledName(x.Args[0], names); base != "" {
					return base + "." + s.Value
				}
			}
		}
	}
	return ""
}
