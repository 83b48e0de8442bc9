@tool
extends EditorPlugin
# Adds the autoload `Adaptive` while the plugin is enabled.


func _enable_plugin() -> void:
	add_autoload_singleton("Adaptive", "res://addons/adaptive/adaptive.gd")


func _disable_plugin() -> void:
	remove_autoload_singleton("Adaptive")
