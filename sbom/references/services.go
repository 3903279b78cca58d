package references

import "strings"

// services are words that stand for a service that has models of its own, in the names of
// classes, variables and providers, by the host their models are listed under.
var services = map[string]string{
	"openai": "openai", "azureopenai": "openai", "anthropic": "anthropic", "claude": "anthropic", "groq": "groq", "mistralai": "mistral", "cohere": "cohere", "gemini": "google", "googlegenai": "google", "vertexai": "google", "vertex": "google", "bedrock": "bedrock",
	"ollama": "ollama", "together": "together", "togetherai": "together", "fireworks": "fireworks", "deepseek": "deepseek", "xai": "xai", "grok": "xai", "perplexity": "perplexity", "replicate": "replicate", "voyage": "voyage", "voyageai": "voyage", "jina": "jina", "jinaai": "jina",
	"watsonx": "watsonx", "zhipu": "zhipu", "zhipuai": "zhipu", "dashscope": "dashscope", "tongyi": "dashscope", "moonshot": "moonshot", "openrouter": "openrouter", "cerebras": "cerebras", "sambanova": "sambanova", "minimax": "minimax", "siliconflow": "siliconflow", "volcengine": "volcengine", "novita": "novita", "deepinfra": "deepinfra", "nvidia": "nvidia", "elevenlabs": "elevenlabs", "deepgram": "deepgram", "assemblyai": "assemblyai",
}

// serviceNames are what a key such as provider may say beside the words above.
var serviceNames = map[string]string{"mistral": "mistral", "google": "google", "azure": "openai", "nvidia": "nvidia", "nim": "nvidia", "google_genai": "google", "azure_openai": "openai", "vertex_ai": "google", "aws": "bedrock", "amazon": "bedrock", "aws_bedrock": "bedrock", "litellm": "openai", "openai_compatible": "openai"}

// serviceNamed is the service that the value of a key such as provider names.
func serviceNamed(value string) string {
	value = strings.ReplaceAll(strings.ToLower(value), "-", "_")
	if host := services[strings.ReplaceAll(value, "_", "")]; host != "" {
		return host
	}
	return serviceNames[value]
}

// providerKeys are keys beside a model that say who serves it.
var providerKeys = []string{"provider", "model_provider", "modelprovider", "llm_provider", "embedding_provider", "vendor", "api_type", "backend", "llm_backend", "service", "platform", "engine", "client", "model_source", "api"}

// serviceIn is the service among the words of a name (OPENAI_MODEL, ChatGroq), "" when
// there is none.
func serviceIn(words []string) string {
	for i, w := range words {
		if host := services[w]; host != "" {
			return host
		}
		if i > 0 && words[i-1] == "azure" && w == "open" { // AzureOpenAI split at its capitals
			return "openai"
		}
		if i > 0 {
			if host := services[words[i-1]+w]; host != "" { // open_ai, together_ai
				return host
			}
		}
	}
	return ""
}

// serviceKey is the service that the name of a setting says its model is of:
// OPENAI_EMBEDDING_MODEL, groqModelName. The setting must be one of a model's name.
func serviceKey(key string) string {
	if !modelKey(key) {
		return ""
	}
	words := strings.Split(strings.ReplaceAll(snake(strings.TrimLeft(key, "-+")), "-", "_"), "_")
	host := serviceIn(words)
	if host == "" {
		return ""
	}
	model := false
	for _, w := range words {
		switch w {
		case "model", "deployment", "engine", "llm":
			model = true
		case "name", "id", "default", "chat", "embedding", "embeddings", "embed", "text", "vision", "fast", "smart", "small", "large", "summary", "code", "judge", "rerank", "completion", "generation", "lm", "api", "azure", "open", "ai", "to", "use", "base", "reasoning", "image", "tts", "stt", "whisper", "audio", "transcription", "my", "the", "test", "eval", "main":
		default:
			if services[w] == "" {
				return "" // OPENAI_MODEL_TEMPERATURE, OLLAMA_MODELS_PATH
			}
		}
	}
	if !model {
		return ""
	}
	return host
}

// modelKey tells a key that can be one of a model's name, at little cost.
func modelKey(key string) bool {
	for i := 0; i+2 < len(key); i++ {
		switch key[i] | 0x20 {
		case 'm', 'l', 'd', 'e':
			for _, word := range [...]string{"model", "llm", "deployment", "engine"} {
				if len(key)-i >= len(word) && strings.EqualFold(key[i:i+len(word)], word) {
					return true
				}
			}
		}
	}
	return false
}

// hostedName tells whether a text can be the name of a model that a service has: one
// segment or owner/name, perhaps with a tag; settings of one word are names only where
// the service has such ones.
func hostedName(host, text string) bool {
	if placeholder(text) {
		return false
	}
	switch kind := KindOf(text); kind {
	case NameBare:
		return host == "ollama" || strings.ContainsAny(text, "-.0123456789")
	case NameOllama:
		return host == "ollama" || strings.HasSuffix(text, ":free") // of OpenRouter
	case NameHub, NameRegistry:
		return true
	}
	return false
}
