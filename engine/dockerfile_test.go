package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everyInstruction has each instruction of "Dockerfile reference", in each of its forms.
const everyInstruction = `# syntax=docker/dockerfile:1
# a comment
ARG BASE=ubuntu:22.04 other
FROM --platform=linux/amd64 ${BASE} AS build
LABEL a=b "c"='d e' f="g h"
LABEL old style
ENV A=b C="d e" F='g'
ENV NAME some value here
RUN apt-get update \
    # inner comment
    && apt-get install -y curl \

    && rm -rf /x
RUN ["echo", "a b"]
RUN --mount=type=secret,id=x --network=none pip install  foo
COPY --from=build --chown=1:1 a b /c/
COPY ["a b", "c"]
ADD https://a/b /c
USER 1000:1000
WORKDIR  /app dir
EXPOSE 80 443/tcp
VOLUME /a /b
VOLUME ["/c"]
STOPSIGNAL SIGTERM
SHELL ["/bin/sh", "-c"]
HEALTHCHECK --interval=5s CMD curl -f http://x
HEALTHCHECK NONE
ONBUILD RUN echo x
ENTRYPOINT ["a"]
CMD python "x y"
MAINTAINER Me <me@x>
RUN <<EOT
echo hi
EOT
FROM scratch
COPY --from=0 /x /x
# trailing
`

// conftestReads is what `conftest parse` (0.71) prints of it, a command a line.
const conftestReads = `{"Cmd":"comment","Flags":null,"JSON":false,"Stage":0,"SubCmd":"","Value":["a comment"]}
{"Cmd":"arg","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["BASE=ubuntu:22.04","other"]}
{"Cmd":"from","Flags":["--platform=linux/amd64"],"JSON":false,"Stage":0,"SubCmd":"","Value":["${BASE}","AS","build"]}
{"Cmd":"label","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["a","b","=","\"c\"","'d e'","=","f","\"g h\"","="]}
{"Cmd":"label","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["old","style",""]}
{"Cmd":"env","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["A","b","=","C","\"d e\"","=","F","'g'","="]}
{"Cmd":"env","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["NAME","some value here",""]}
{"Cmd":"run","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["apt-get update     && apt-get install -y curl     && rm -rf /x"]}
{"Cmd":"run","Flags":[],"JSON":true,"Stage":0,"SubCmd":"","Value":["echo","a b"]}
{"Cmd":"run","Flags":["--mount=type=secret,id=x","--network=none"],"JSON":false,"Stage":0,"SubCmd":"","Value":["pip install  foo"]}
{"Cmd":"copy","Flags":["--from=build","--chown=1:1"],"JSON":false,"Stage":0,"SubCmd":"","Value":["a","b","/c/"]}
{"Cmd":"copy","Flags":[],"JSON":true,"Stage":0,"SubCmd":"","Value":["a b","c"]}
{"Cmd":"add","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["https://a/b","/c"]}
{"Cmd":"user","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["1000:1000"]}
{"Cmd":"workdir","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["/app dir"]}
{"Cmd":"expose","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["80","443/tcp"]}
{"Cmd":"volume","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["/a","/b"]}
{"Cmd":"volume","Flags":[],"JSON":true,"Stage":0,"SubCmd":"","Value":["/c"]}
{"Cmd":"stopsignal","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["SIGTERM"]}
{"Cmd":"shell","Flags":[],"JSON":true,"Stage":0,"SubCmd":"","Value":["/bin/sh","-c"]}
{"Cmd":"healthcheck","Flags":["--interval=5s"],"JSON":false,"Stage":0,"SubCmd":"","Value":["CMD","curl -f http://x"]}
{"Cmd":"healthcheck","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["NONE"]}
{"Cmd":"onbuild","Flags":[],"JSON":false,"Stage":0,"SubCmd":"RUN","Value":["echo x"]}
{"Cmd":"entrypoint","Flags":[],"JSON":true,"Stage":0,"SubCmd":"","Value":["a"]}
{"Cmd":"cmd","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["python \"x y\""]}
{"Cmd":"maintainer","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["Me <me@x>"]}
{"Cmd":"run","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["<<EOT"]}
{"Cmd":"from","Flags":[],"JSON":false,"Stage":1,"SubCmd":"","Value":["scratch"]}
{"Cmd":"copy","Flags":["--from=0"],"JSON":false,"Stage":1,"SubCmd":"","Value":["/x","/x"]}
`

// TestDockerfileAsConftestReadsIt holds the form that policies for Dockerfiles are written
// for.
func TestDockerfileAsConftestReadsIt(t *testing.T) {
	t.Parallel()
	commands, err := dockerfileCommands(everyInstruction)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	for _, c := range commands {
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(conftestReads, got.String()); diff != "" {
		t.Errorf("(-conftest +engine):\n%s", diff)
	}
}

func TestDockerfileForms(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"escape directive":     {"# escape=u0060\nRUN a u0060\n b\n", `[{"Cmd":"run","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["a  b"]}]`},
		"broken list is text":  {"CMD [a]\n", `[{"Cmd":"cmd","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["[a]"]}]`},
		"line ends of Windows": {"USER a\r\nUSER b\r\n", `[{"Cmd":"user","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["a"]},{"Cmd":"user","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["b"]}]`},
		"heredoc of a copy":    {"COPY <<A <<-\"B\" /x/\nUSER a\nA\nUSER b\n\tB\n", `[{"Cmd":"copy","Flags":[],"JSON":false,"Stage":0,"SubCmd":"","Value":["<<A","<<-\"B\"","/x/"]}]`},
		"nothing":              {"", "[]"},
	} {
		commands, err := dockerfileCommands(strings.ReplaceAll(tt.text, "u0060", "`"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := json.Marshal(commands)
		if err != nil {
			t.Fatal(err)
		}
		if s := strings.NewReplacer(`\u003c`, "<", `\u0026`, "&").Replace(string(got)); s != tt.want {
			t.Errorf("%s: %s, want %s", name, s, tt.want)
		}
	}
	if _, err := dockerfileCommands("FROM a\nRUNS b\n"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("an unknown instruction: %v", err)
	}
}

func FuzzDockerfile(f *testing.F) {
	f.Add(everyInstruction)
	f.Add("RUN <<A\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := dockerfileCommands(text); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
