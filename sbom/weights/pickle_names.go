package weights

import (
	"encoding/binary"
	"strings"
)

// use says how a name is used; the strongest use of a name is stated.
type use uint8

const (
	useRef use = iota
	useBuild
	useNew
	useCall
)

var useNames = [...]string{useRef: "ref", useBuild: "build", useNew: "new", useCall: "call"}

// name reads an opcode that resolves a name. It is recorded here, so that no later
// opcode can take it back.
func (m *pickleMachine) name(op byte) *fault {
	switch op {
	case opGlobal, opInst:
		module, name, ok := m.twoLines()
		if !ok {
			return m.short()
		}
		id := m.facts.resolve(m, module, name, false)
		if op == opGlobal {
			m.push(value{kind: kindGlobal, n: id})
			return nil
		}
		items, ok := m.toMark()
		if !ok {
			return m.underflow()
		}
		m.called = true
		m.facts.call(m, id, useCall, items, true)
		m.push(value{kind: kindResult, n: id + 1})
	case opStackGlobal:
		if !m.has(2) {
			return m.underflow()
		}
		m.stackGlobal()
	default:
		return m.extension(op)
	}
	return nil
}

// twoLines reads module and name of GLOBAL and INST. The strings are valid until the
// next read.
func (m *pickleMachine) twoLines() (module, name []byte, ok bool) {
	b, ok := m.src.line()
	if !ok {
		return nil, nil, false
	}
	m.facts.scratch = append(m.facts.scratch[:0], b[:min(len(b), maxNameBytes)]...)
	name, ok = m.src.line()
	return m.facts.scratch, name[:min(len(name), maxNameBytes)], ok
}

// stackGlobal takes module and name from the stack. Operands that are no strings of
// the file are made by a call: which name it is shows only when the file is loaded.
func (m *pickleMachine) stackGlobal() {
	module, ok1 := m.word(m.top(2))
	name, ok2 := m.word(m.top(1))
	if !ok1 {
		module = m.facts.describe(m, m.top(2))
	}
	if !ok2 {
		name = m.facts.describe(m, m.top(1))
	}
	id := m.facts.resolve(m, []byte(module), []byte(name), !ok1 || !ok2)
	m.replace(2, value{kind: kindGlobal, n: id})
}

// extension reads EXT1, EXT2 and EXT4: what the code stands for is in copyreg's
// registry of the process that loads the file.
func (m *pickleMachine) extension(op byte) *fault {
	width := map[byte]int{opExt1: 1, opExt2: 2, opExt4: 4}[op]
	b := m.src.take(width)
	if b == nil {
		return m.short()
	}
	var code [4]byte
	copy(code[:], b)
	n := binary.LittleEndian.Uint32(code[:])
	id := m.facts.resolve(m, []byte("copyreg"), []byte("extension "+uitoa(n)), true)
	m.push(value{kind: kindGlobal, n: id})
	return nil
}

// call runs an opcode that calls something.
func (m *pickleMachine) call(op byte) *fault {
	switch op {
	case opReduce, opNewObj:
		if !m.has(2) {
			return m.underflow()
		}
		args, callee := m.top(1), m.top(2)
		m.checkArguments(args)
		items, whole := m.items(args)
		how := useCall
		if op == opNewObj {
			how = useNew
		}
		m.replace(2, m.invoke(callee, how, items, whole))
	case opNewObjEx:
		if !m.has(3) {
			return m.underflow()
		}
		items, _ := m.items(m.top(2))
		m.replace(3, m.invoke(m.top(3), useNew, items, false))
	case opObj:
		items, ok := m.toMark()
		if !ok || len(items) == 0 {
			return m.underflow()
		}
		m.push(m.invoke(items[0], useCall, items[1:], true))
	case opBuild:
		if !m.has(2) {
			return m.underflow()
		}
		target := m.top(2)
		m.drop(1)
		m.facts.use(m, target, useBuild)
		return m.built(target)
	case opPersID:
		if _, ok := m.src.line(); !ok { // an id in text: torch writes none
			return m.short()
		}
		m.push(value{kind: kindPersistent})
	case opBinPersID:
		if !m.has(1) {
			return m.underflow()
		}
		items, _ := m.items(m.top(1))
		m.replace(1, m.facts.persistent(m, items))
	}
	return nil
}

// invoke records a call and returns its result.
func (m *pickleMachine) invoke(callee value, how use, items []value, whole bool) value {
	m.called = true
	switch callee.kind {
	case kindGlobal:
		if n := &m.facts.names[callee.n]; n.method && how == useCall && !m.facts.isMaker(callee) {
			m.facts.odd("call_of_result", m.origin+m.opAt, "calls the method %s of an object", n.qualified)
		}
		return m.facts.call(m, callee.n, how, items, whole)
	case kindPersistent: // what the loader makes of an id; torch makes storages
	case kindResult:
		if m.facts.isMaker(callee) {
			break
		}
		m.facts.odd("call_of_result", m.origin+m.opAt, "calls what %s returned", m.facts.describe(m, callee))
	default:
		m.facts.fault("malformed", m.origin+m.opAt, "call at offset %d of a value that cannot be called", m.opAt)
	}
	return value{kind: kindResult}
}

// qualify joins a name to its module, both normalised: Python 2 names as Python 3 maps
// them (Lib/_compat_pickle.py), so that one list of names serves both.
func qualify(module, name string) string {
	if to, ok := python2Names[module+"."+name]; ok {
		return to
	}
	if to, ok := python2Modules[module]; ok {
		module = to
	}
	if module == "" {
		return name
	}
	return module + "." + name
}

// python2Modules follows IMPORT_MAPPING and REVERSE_IMPORT_MAPPING of
// Lib/_compat_pickle.py as far as names of two modules mean the same.
var python2Modules = map[string]string{
	"__builtin__": "builtins", "copy_reg": "copyreg", "Queue": "queue", "SocketServer": "socketserver",
	"ConfigParser": "configparser", "repr": "reprlib", "tkFileDialog": "tkinter.filedialog", "tkSimpleDialog": "tkinter.simpledialog",
	"Tkinter": "tkinter", "thread": "_thread", "dummy_thread": "_dummy_thread", "dbhash": "dbm.bsd", "dumbdbm": "dbm.dumb", "dbm": "dbm.ndbm",
	"gdbm": "dbm.gnu", "xmlrpclib": "xmlrpc.client", "SimpleXMLRPCServer": "xmlrpc.server", "httplib": "http.client", "HTMLParser": "html.parser",
	"htmlentitydefs": "html.entities", "Cookie": "http.cookies", "cookielib": "http.cookiejar", "BaseHTTPServer": "http.server",
	"CGIHTTPServer": "http.server", "SimpleHTTPServer": "http.server", "commands": "subprocess", "urlparse": "urllib.parse",
	"robotparser": "urllib.robotparser", "urllib2": "urllib.request", "anydbm": "dbm", "_abcoll": "collections.abc", "whichdb": "dbm",
	"cPickle": "pickle", "cStringIO": "io", "StringIO": "io", "UserString": "collections", "UserDict": "collections", "UserList": "collections",
	"_socket": "socket", "exceptions": "builtins",
}

// python2Names follows NAME_MAPPING of Lib/_compat_pickle.py.
var python2Names = map[string]string{
	"__builtin__.xrange": "builtins.range", "__builtin__.reduce": "functools.reduce", "__builtin__.intern": "sys.intern",
	"__builtin__.unichr": "builtins.chr", "__builtin__.unicode": "builtins.str", "__builtin__.long": "builtins.int",
	"itertools.izip": "builtins.zip", "itertools.imap": "builtins.map", "itertools.ifilter": "builtins.filter",
	"itertools.ifilterfalse": "itertools.filterfalse", "itertools.izip_longest": "itertools.zip_longest",
	"UserDict.IterableUserDict": "collections.UserDict", "UserList.UserList": "collections.UserList", "UserString.UserString": "collections.UserString",
	"whichdb.whichdb": "dbm.whichdb", "_multiprocessing.Connection": "multiprocessing.connection.Connection",
	"multiprocessing.process.Process": "multiprocessing.context.Process", "urllib.ContentTooShortError": "urllib.error.ContentTooShortError",
	"urllib.getproxies": "urllib.request.getproxies", "urllib.pathname2url": "urllib.request.pathname2url", "urllib.quote_plus": "urllib.parse.quote_plus",
	"urllib.quote": "urllib.parse.quote", "urllib.unquote_plus": "urllib.parse.unquote_plus", "urllib.unquote": "urllib.parse.unquote",
	"urllib.url2pathname": "urllib.request.url2pathname", "urllib.urlcleanup": "urllib.request.urlcleanup", "urllib.urlencode": "urllib.parse.urlencode",
	"urllib.urlopen": "urllib.request.urlopen", "urllib.urlretrieve": "urllib.request.urlretrieve", "urllib2.HTTPError": "urllib.error.HTTPError",
	"urllib2.URLError": "urllib.error.URLError",
}

// isDottedName tells whether s is an identifier, or identifiers joined by dots, as
// Python's names are. Letters of other scripts count.
func isDottedName(s string) bool {
	if s == "" {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || part[0] >= '0' && part[0] <= '9' {
			return false
		}
		for i := 0; i < len(part); i++ {
			if !isNameByte(part[i]) && part[i] < 0x80 {
				return false
			}
		}
	}
	return true
}
