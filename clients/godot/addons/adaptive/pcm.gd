extends Object
# Reads the samples of the engine (`--sink pcm`) over HTTP.  Godot 3 and Godot 4 read this file.

const FRAME_BYTES = 8 # of two channels

var http = HTTPClient.new()
var is_asked = false
var sample_rate = 0
var rest = null # bytes of a frame that is not complete


func connect_to(host, port):
	http.close()
	http.read_chunk_size = 65536
	is_asked = false
	sample_rate = 0
	rest = null
	return http.connect_to_host(host, port)


# Whether the connection has failed or ended.
func is_lost():
	var status = http.get_status()
	if status == HTTPClient.STATUS_BODY and http.get_response_code() == 200:
		return false
	if is_asked:
		return status != HTTPClient.STATUS_REQUESTING
	return not status in [
		HTTPClient.STATUS_RESOLVING, HTTPClient.STATUS_CONNECTING, HTTPClient.STATUS_CONNECTED
	]


# The frames that have arrived since the last call, each a Vector2.
func take_frames():
	http.poll()
	var frames = []
	if http.get_status() == HTTPClient.STATUS_CONNECTED and not is_asked:
		is_asked = true
		http.request(HTTPClient.METHOD_GET, "/pcm", [])
	while http.get_status() == HTTPClient.STATUS_BODY:
		if sample_rate == 0:
			sample_rate = int(http.get_response_headers_as_dictionary().get("X-Sample-Rate", "48000"))
		var chunk = http.read_response_body_chunk()
		if chunk.size() == 0:
			break
		_read(chunk, frames)
		http.poll()
	return frames


func _read(chunk, frames):
	var bytes = chunk
	if rest != null:
		bytes = rest
		bytes.append_array(chunk)
	var stream = StreamPeerBuffer.new()
	stream.data_array = bytes
	for _i in range(bytes.size() / FRAME_BYTES):
		var left = stream.get_float()
		frames.append(Vector2(left, stream.get_float()))
	var left_over = bytes.size() % FRAME_BYTES
	rest = null if left_over == 0 else stream.get_data(left_over)[1]
