package payloads_test

import future.keywords.not

import data.mlpolicy.lib.payloads

# code is text that runs when it is evaluated.
code := {
	"__import__('os').system('id')", "import os", "import os; x()", "x = 1; import socket\\n", "import numpy as np",
	"import os.path", "exec(x)", "[eval(y)]", "compile('a', 'b', 'exec')", "getattr(a, 'b')", "lambda x: x", "lambda: 0",
	"os.system('id')", "posix.popen('x')", "nt.execv(x)", "a.os.spawnlp", "subprocess.run(['id'])", "#!/bin/sh", "<?php x", "<script>",
}

test_code[text] if {
	some text in code
	"is given code" in payloads.given($"(\"{text}\")")
}

# commands are texts of a shell.
commands := {
	"curl https://evil.example", "wget -q evil.example/x", "bash -c x", "sh /tmp/x", "zsh -c x", "nc -e", "ncat -e x", "perl -e x", "ruby -e x",
	"powershell -enc x", "cmd /c x", "sudo curl -s x", "nohup /bin/bash -i", "x | sh", "x |bash", "x | dash", "x > /dev/tcp/1", "x >& /dev/null", "x; rm -rf y",
	"x && curl y", "x && wget y", "x && sh y", "x && bash y", "$(id)", "powershell.exe", "cmd.exe /c", "python3 -c x", "python /tmp/x", "rm -rf x", "chmod -R x",
	"chown -R x", "mkfifo /tmp/f", "crontab -r", "pip3 -q", "touch pwned", "curl x.example", "/usr/bin/curl -s x",
}

test_commands[text] if {
	some text in commands
	"is given a command" in payloads.given($"(\"{text}\")")
}

# words that texts of data have as well.
plain := {
	"name", "the important part", "system", "evaluate (x)", "execute", "executive", "python", "cat sat on the mat", "shell: bash", "touch", "an os.path", "curly",
	"import", "reimport os", "a|b", "x & y", "$x", "recompile", "lambda", "touch it and see", "remove", "a; b", "subprocess",
}

test_plain[text] if {
	some text in plain
	payloads.given($"(\"{text}\")") == set()
	payloads.placed($"(\"{text}\")") == set()
}

places := {
	"/etc/passwd", "~/x", "../x", "./x", "https://evil.example", "file:///x", "\\\\host", "weights2.pkl", "a/b-c/d.pt",
} | {$"x.{ext}" |
	some ext in {
		"pkl", "pickle", "dill", "joblib", "pt", "pth", "ckpt", "py", "pyc", "sh", "so", "dll", "exe", "bat", "ps1", "whl",
	}
}

test_places[text] if {
	some text in places
	payloads.placed($"(1, \"{text}\")") == {"is given a path or an address"}
}

test_no_places[text] if {
	some text in {"x.csv", "a/b", "1.5", "x.pkl and more", "a:b"}
	payloads.placed($"(\"{text}\")") == set()
}

said := {
	"changes files": {"x.delete_all", "x.do_mkdir", "x.remove_it", "x.my_unlink", "x.write", "x.copy_tree", "x.save_to"},
	"evaluates text": {"x.eval_it", "x.evaluate"},
	"imports any module": {"x.do_import", "x.resolve_it"},
	"installs packages": {"x.install_all"},
	"loads what is elsewhere": {"x.load_plugin", "x._load_it"},
	"opens connections": {"x.browse", "x.connect_to", "x.download", "x.fetch_it", "x.upload", "x.send_all"},
	"opens files": {"x.open_it", "x.read_all"},
	"runs commands": {"x.cmd", "x.a_command", "x.exec_it", "x.execute", "x.inject_it", "x.launch", "x.popen_it", "x.run_all", "x._shell", "x.spawn_it", "x.system_x"},
}

test_says[name] if {
	some reason, names in said
	some name in names
	reason in payloads.says(name)
}

test_says_nothing[name] if {
	some name in {"run.make", "x.from_load", "x.reload", "x.a_copy", "x.reopen", "x.prune", "x.is_open", "x.presave", "x.to_send", "x.a_resolve", "x.pre_read"}
	payloads.says(name) == set()
}

doers := {
	"Browser", "CLI", "Client", "Connection", "Console", "Downloader", "Executor", "FileSystem", "Importer", "Installer", "Interpreter", "Launcher", "Open", "Opener",
	"Parallel", "Popen", "Process", "REPL", "Runner", "Server", "Session", "Shell", "Socket", "Subprocess", "Thread",
}

test_doers[name] if {
	some name in doers
	regex.match(payloads.doer, $"acme.My{name}")
	regex.match(payloads.doer, $"acme.{name}")
	not regex.match(payloads.doer, $"acme.{name}Config")
}
