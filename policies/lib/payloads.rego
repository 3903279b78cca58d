# METADATA
# description: >-
#   What the arguments and the name of a call say of it, when nobody knows the library: text that is a
#   command or code, and words for what works on the system.
package mlpolicy.lib.payloads

import future.keywords.not

# given says what the listed arguments of a call hold that no object is rebuilt from.
given(args) := {reason | some reason, pattern in _texts; regex.match(pattern, args)}

# placed says that an argument is a place to read from.
placed(args) := {"is given a path or an address" | regex.match(_place, args)}

_texts := {
	"is given code": concat("|", [
		`"([^"]*[^"\w.])?(__import__|exec|eval|compile|getattr|lambda(\s[\w, ]*)?)\s*[(:]`,
		`"([^"]*[;\s])?import \w+(;|\\n|\.\w+|"| as )`,
		`"[^"]*\b(os|posix|nt)\.(system|popen|exec[a-z]*|spawn[a-z]*)\b`,
		`"[^"]*\bsubprocess\.\w`,
		`"(#!/|<\?php|<script)`,
	]),
	"is given a command": concat("|", [
		`"[^"]*(\|\s*(ba|z|da)?sh\b|/dev/tcp/|>& ?/dev/|\$\([a-z]|;\s*rm -|&& *(curl|wget|sh|bash)\b)`,
		`"(sudo |nohup )?(/\w+(/\w+)*/)?(curl|wget|bash|sh|zsh|nc|ncat|perl|ruby|powershell|cmd) (-|\w+:|/|[a-z0-9]+\.[a-z0-9])`,
		`"(powershell|cmd)\.exe\b`,
		`"(sudo |nohup )?(/\w+(/\w+)*/)?(python[23]?|rm|chmod|chown|mkfifo|crontab|pip[23]?|touch) (-|/|[\w/.-]+")`,
	]),
}

_place := `"(/|~/|\.\.?/|[a-z][a-z0-9+]*://|\\\\|[\w-]+(/[\w-]+)*\.(pkl|pickle|dill|joblib|pt|pth|ckpt|py|pyc|sh|so|dll|exe|bat|ps1|whl)")`

# words are what the parts of a function's name say that it does.
words := {
	"browse": "opens connections", "cmd": "runs commands", "command": "runs commands",
	"connect": "opens connections", "delete": "changes files", "download": "opens connections",
	"eval": "evaluates text", "evaluate": "evaluates text", "exec": "runs commands",
	"execute": "runs commands", "fetch": "opens connections", "import": "imports any module",
	"inject": "runs commands", "install": "installs packages", "launch": "runs commands",
	"mkdir": "changes files", "popen": "runs commands", "remove": "changes files",
	"run": "runs commands", "shell": "runs commands", "spawn": "runs commands",
	"system": "runs commands", "unlink": "changes files", "upload": "opens connections",
	"write": "changes files",
}

# first_words say so only where a name begins with them: load_plugin, but no from_load.
first_words := {
	"copy": "changes files", "load": "loads what is elsewhere", "open": "opens files",
	"read": "opens files", "resolve": "imports any module", "save": "changes files",
	"send": "opens connections",
}

# says is what the name of a function says that it does, by the words of its last part.
says(name) := {reason |
	parts := split(trim_left(_last(name), "_"), "_")
	some part in parts
	reason := words[part]
} | {reason | reason := first_words[split(trim_left(_last(name), "_"), "_")[0]]}

# doer is the last part of a name of a class whose objects work on the system when they are made.
doer := concat("", [
	`\.\w*(Browser|CLI|Client|Connection|Console|Downloader|Executor|FileSystem|Importer|Installer`,
	`|Interpreter|Launcher|Open|Opener|Parallel|Popen|Process|REPL|Runner|Server|Session|Shell|Socket`,
	`|Subprocess|Thread)$`,
])

_last(name) := regex.replace(name, `^.*\.`, "")
